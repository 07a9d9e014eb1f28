import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Loaded into a command by NODE_OPTIONS: ends it as `kill -9` does, in front of one of its steps on the disk. KILL_AT says
 * which, from 0 on; a number that isn't reached lets it finish.
 */
let left = Number(process.env.KILL_AT);
for (const name of ['linkSync', 'renameSync', 'rmSync', 'fsyncSync'] as const) {
  const step = fs[name] as (...args: unknown[]) => unknown;
  (fs as unknown as Record<string, unknown>)[name] = (...args: unknown[]) => {
    if (left === 0) process.kill(process.pid, 'SIGKILL');
    left -= 1;
    return step(...args);
  };
}
syncBuiltinESMExports();
