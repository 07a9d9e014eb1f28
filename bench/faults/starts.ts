/** Starts that should fail, or be ended, and what they say. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ADMIN } from '../processes.ts';

export interface Ended {
  /** Undefined: it did not end, it listened, and was stopped. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly output: string;
}

/** Runs a start until it ends, or listens: then it is stopped. */
export async function startOnce(command: readonly string[]): Promise<Ended> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GUARDBEE_ADMIN_EMAIL: ADMIN.email, GUARDBEE_ADMIN_PASSWORD: ADMIN.password },
  });
  let output = '';
  let listened = false;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
      if (!/listens on http/.test(output) || listened) return;
      listened = true;
      child.kill('SIGTERM');
    });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return listened
    ? { code: undefined, signal: undefined, output }
    : { code: code ?? undefined, signal: signal ?? undefined, output };
}
