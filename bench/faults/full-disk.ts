import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Fault, Findings, Impossible } from './fault.ts';
import { withService } from './services.ts';
import { whileWritesFail } from './writes-fail.ts';

/** The service's data lies on a small disk of its own, in a mount namespace of its own; it is filled to the last block. */
export const fullDisk: Fault = {
  name: 'full disk',
  promise: 'logins get 503 within 2 s, logouts work, verification goes on; room again is enough to go on',
  trials: 20,
  async run(trials) {
    const may = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']);
    if (may.status !== 0)
      throw new Impossible('needs the right to mount a small disk in a namespace of its own');
    const found = new Findings();
    const mount = (folder: string): string[] => {
      const disk = 'mkdir -p "$0" && mount -t tmpfs -o size=64m none "$0" && exec "$@"';
      return ['unshare', '-m', 'sh', '-c', disk, join(folder, 'data')];
    };
    await withService(async ({ url, pid, dataDir }) => {
      const filler = join(`/proc/${pid}/root`, dataDir, 'filler');
      for (let trial = 0; trial < trials; trial += 1) {
        await whileWritesFail(
          url,
          found,
          async () => {
            fill(filler);
            return { mend: async () => rmSync(filler) };
          },
          true,
        );
      }
    }, mount);
    return found.outcome();
  },
};

function fill(file: string): void {
  const handle = openSync(file, 'w');
  try {
    for (const block of [1 << 20, 1 << 12])
      try {
        for (;;) writeSync(handle, new Uint8Array(block));
      } catch {
        // No room for one so large.
      }
  } finally {
    closeSync(handle);
  }
}
