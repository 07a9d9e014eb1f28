import { calibrateHash, type MeasuredHash } from '@guardbee/server';
import type { Io } from '../io.ts';
import { table } from '../table.ts';

export interface CalibrateOptions {
  /** Milliseconds. */
  readonly target: number;
  readonly json?: boolean;
}

/** Measures what a password hash takes on this machine, and proposes settings. */
export async function calibrate({ target, json }: CalibrateOptions, io: Io): Promise<void> {
  const { measured, proposed } = await calibrateHash(target);
  if (json) {
    const words = ({ memoryMiB, passes, ms, loginsPerSecond }: MeasuredHash) => ({
      memory_mib: memoryMiB,
      passes,
      ms: Number(ms.toFixed(1)),
      logins_per_second: Number(loginsPerSecond.toFixed(1)),
    });
    io.out(JSON.stringify({ target_ms: target, measured: measured.map(words), proposed: words(proposed) }));
    return;
  }
  const rows = measured.map((row) => [
    row === proposed ? '*' : ' ',
    String(row.memoryMiB),
    String(row.passes),
    row.ms.toFixed(0),
    row.loginsPerSecond.toFixed(0),
  ]);
  io.out(table([' ', 'MEMORY (MiB)', 'PASSES', 'MS A HASH', 'LOGINS A SECOND'], rows));
  io.out(`
Most memory that fits into ${target} ms:
  GUARDBEE_HASH_MEMORY_MIB=${proposed.memoryMiB}
  GUARDBEE_HASH_PASSES=${proposed.passes}
The service then needs up to ${proposed.memoryMiB} MiB for each core while people log in.`);
}
