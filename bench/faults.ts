/**
 * `npm run faults`: makes each fault under a real service on SQLite, as often as it says, and prints the table of what was
 * promised, what came of it and what was measured. With names of files in `bench/faults/` only those; `--trials N` for another number
 * of trials. Ends with 1 when something was not as promised. (Faults of several nodes: `test/cluster.test.ts`.)
 */
import { parseArgs } from 'node:util';
import { clockSteps } from './faults/clock-steps.ts';
import { slowConnections } from './faults/connections.ts';
import { damagedFile } from './faults/damaged-file.ts';
import { type Fault, Impossible, type Outcome } from './faults/fault.ts';
import { foreignLock } from './faults/foreign-lock.ts';
import { frozenLog } from './faults/frozen-log.ts';
import { fullDisk } from './faults/full-disk.ts';
import { interruptedMigration } from './faults/interrupted-migration.ts';
import { killed } from './faults/killed.ts';
import { readOnlyDisk } from './faults/read-only-disk.ts';
import { slowSync } from './faults/slow-fsync.ts';
import { stopUnderLoad } from './faults/stop-under-load.ts';

export const FAULTS: Readonly<Record<string, Fault>> = {
  'full-disk': fullDisk,
  'read-only-disk': readOnlyDisk,
  'foreign-lock': foreignLock,
  'slow-fsync': slowSync,
  'frozen-log': frozenLog,
  connections: slowConnections,
  'clock-steps': clockSteps,
  'damaged-file': damagedFile,
  'interrupted-migration': interruptedMigration,
  'stop-under-load': stopUnderLoad,
  killed,
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { trials: { type: 'string' } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !(name in FAULTS));
  if (unknown.length > 0) throw new Error(`known faults: ${Object.keys(FAULTS).join(', ')}`);
  console.log('| fault | what must hold | trials | violations | measured |\n|---|---|---|---|---|');
  for (const [name, fault] of Object.entries(FAULTS)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const trials = Number(values.trials ?? fault.trials);
    const outcome = await attempt(fault, trials);
    const cells =
      typeof outcome === 'string'
        ? ['0', '–', `not made: ${outcome}`]
        : [String(trials), String(outcome.violations.length), outcome.figure];
    console.log(`| ${fault.name} | ${fault.promise} | ${cells.join(' | ')} |`);
    if (typeof outcome === 'string' || outcome.violations.length === 0) continue;
    process.exitCode = 1;
    for (const violation of outcome.violations.slice(0, 5)) console.error(`${name}: ${violation}`);
  }
}

/** A sentence when the fault can't be made on this machine. */
async function attempt(fault: Fault, trials: number): Promise<Outcome | string> {
  try {
    return await fault.run(trials);
  } catch (error) {
    if (error instanceof Impossible) return error.message;
    throw error;
  }
}

if (import.meta.main) await main();
