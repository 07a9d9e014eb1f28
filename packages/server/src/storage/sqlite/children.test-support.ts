import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import './compile-cache.test-support.ts';

const file = fileURLToPath(new URL('./child.test-support.ts', import.meta.url));

const started: ChildProcess[] = [];

// A failed test must not leave behind a child that the run then waits for.
after(() => {
  for (const child of started) child.kill('SIGKILL');
});

export interface Child {
  /** The next line it tells; undefined when it has ended. */
  line(): Promise<string | undefined>;
  /** Lets it go on to its second part. */
  goOn(): void;
  kill(): void;
  ended(): Promise<void>;
}

/** Starts another process on a job of `child.test-support.ts`. `uid`: as whom, for a parent that is root. */
export function startChild(job: string, path: string, options: { uid?: number } = {}): Child {
  const child: ChildProcess = spawn(process.execPath, [file, job, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...options,
  });
  started.push(child);
  const end = once(child, 'close');
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('the child has no pipes');
  stdin.on('error', () => {});
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return {
    line: async () => (await lines.next()).value as string | undefined,
    goOn: () => stdin.write('go on\n'),
    kill: () => child.kill('SIGKILL'),
    ended: async () => {
      await end;
    },
  };
}
