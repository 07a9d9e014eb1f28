/** The processes of a measurement: the service as people start it, the bare server beside it, and their cores. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const GUARDBEE = join(import.meta.dirname, '../packages/cli/bin/guardbee.js');

/** The server sits on this core, whatever loads it on the other. */
export const SERVER_CORE = '0';
export const LOAD_CORE = '1';

export const ADMIN = { email: 'admin@example.com', password: 'correct horse battery staple' };

export interface Target {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  /** Answers with the exit code; null when it did not end by itself. */
  stop(): Promise<number | null>;
}

/** Starts a command and waits for the line that says where it listens. `core`: undefined = all of them. */
export async function startTarget(
  command: readonly string[],
  core: string | undefined,
  dataDir = '',
): Promise<Target> {
  const [file = '', ...args] = core === undefined ? command : ['taskset', '-c', core, ...command];
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      GUARDBEE_LOG_LEVEL: 'error',
      GUARDBEE_ADMIN_EMAIL: ADMIN.email,
      GUARDBEE_ADMIN_PASSWORD: ADMIN.password,
    },
  });
  // A measurement that fails leaves nothing running.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const url = await listening(child);
  return {
    url,
    pid: child.pid ?? 0,
    dataDir,
    async stop() {
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    },
  };
}

export function startGuardbee(
  core: string | undefined,
  dataDir: string,
  flags: readonly string[] = [],
): Promise<Target> {
  const command = [process.execPath, GUARDBEE, 'serve', '--listen', '127.0.0.1:0', '--data-dir', dataDir];
  return startTarget([...command, ...flags], core, dataDir);
}

export function startBare(core: string | undefined): Promise<Target> {
  return startTarget([process.execPath, join(import.meta.dirname, 'bare-http.ts')], core);
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      const url = /listens on (\S+)/.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.on('exit', (code) => reject(new Error(`the process ended with ${code}: ${text}`)));
  });
}

export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'guardbee-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
