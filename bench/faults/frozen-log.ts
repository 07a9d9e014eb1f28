import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { residentMiB } from '../measure.ts';
import { logIn, verify } from './ask.ts';
import { type Fault, Findings } from './fault.ts';
import { withService } from './services.ts';

const REQUESTS = 500;

/** Whoever reads the log has the pipe open, and stands still. At the level debug each request is a line. */
export const frozenLog: Fault = {
  name: 'log reader stands still',
  promise: 'requests are answered, and memory does not grow with the lines that nobody takes',
  trials: 10,
  async run(trials) {
    const found = new Findings();
    let reader: ReturnType<typeof spawn> | undefined;
    const intoPipe = (folder: string): string[] => {
      const pipe = join(folder, 'log');
      spawnSync('mkfifo', [pipe]);
      reader = spawn('sh', ['-c', 'exec sleep 600 < "$0"', pipe], { stdio: 'ignore' });
      return ['env', 'GUARDBEE_LOG_LEVEL=debug', 'sh', '-c', 'exec "$@" 2> "$0"', pipe];
    };
    await withService(async ({ url, pid }) => {
      const token = await logIn(url);
      const ask = async (): Promise<void> => {
        for (let sent = 0; sent < REQUESTS; sent += 10) {
          const answers = await Promise.all(Array.from({ length: 10 }, () => verify(url, token)));
          found.expect(
            answers.every(({ status }) => status === 200),
            'a verification was refused',
          );
          found.note('slowest of 10 at once', Math.max(...answers.map(({ ms }) => ms)));
        }
      };
      await ask();
      const before = residentMiB(pid);
      for (let trial = 0; trial < trials; trial += 1) await ask();
      const grown = residentMiB(pid) - before;
      found.expect(grown < 64, `memory has grown by ${grown.toFixed(0)} MiB`);
    }, intoPipe).finally(() => reader?.kill());
    return found.outcome();
  },
};
