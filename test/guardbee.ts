import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** The command as it is installed, not its parts: what these tests start is what people start. */
export const GUARDBEE = join(import.meta.dirname, '../packages/cli/bin/guardbee.js');

export const ADMIN = { email: 'admin@example.com', password: 'correct horse battery staple' };

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'guardbee-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function run(
  args: readonly string[],
  {
    env = {},
    input = '',
    node = process.execPath,
  }: { env?: Record<string, string>; input?: string; node?: string } = {},
): Promise<Finished> {
  const child = spawn(node, [GUARDBEE, ...args], { env: { ...cleanEnvironment(), ...env } });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const [code] = await once(child, 'close');
  return { code, stdout: stdout(), stderr: stderr() };
}

/**
 * This process's environment without what would set up a service or a session, or say anything about colours (as `CI` does to Node's
 * `tty.WriteStream.getColorDepth`); and without the way to a developer's own keyring.
 */
export function cleanEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    ([key, value]) =>
      value !== undefined &&
      !/^(GUARDBEE|GSCTL)_|^NODE_TEST|COLOR|^(CI|TEAMCITY_VERSION|TF_BUILD|DBUS_SESSION_BUS_ADDRESS)$/.test(
        key,
      ),
  );
  return Object.fromEntries(entries) as Record<string, string>;
}

export interface RunningService {
  readonly url: string;
  readonly process: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Sends the signal and waits for the end; answers with the exit code, or the signal that ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

const running = new Set<ChildProcess>();
// A test that failed has not come as far as to stop it, and its file would not end. Programs that are no tests use this too.
if (process.argv[1]?.endsWith('.test.ts'))
  after(() => {
    for (const child of running) child.kill('SIGKILL');
  });

/** Starts `guardbee serve` on a free port and waits until it says where it listens. */
export async function serve(
  dataDir: string,
  env: Record<string, string> = {},
  flags: readonly string[] = [],
  command = GUARDBEE,
): Promise<RunningService> {
  const child = spawn(
    process.execPath,
    [command, 'serve', '--listen', '127.0.0.1:0', '--data-dir', dataDir, ...flags],
    {
      env: {
        ...cleanEnvironment(),
        GUARDBEE_ADMIN_EMAIL: ADMIN.email,
        GUARDBEE_ADMIN_PASSWORD: ADMIN.password,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  running.add(child);
  child.once('exit', () => running.delete(child));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const match = /listens on (\S+)\n/.exec(stdout());
      if (match?.[1] !== undefined) resolve(match[1]);
    });
    ended.then(([code]) => reject(new Error(`the service ended with ${code}: ${stderr()}`)), reject);
  });
  return {
    url,
    process: child,
    stdout,
    stderr,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const [code, killedBy] = await ended;
      return code ?? killedBy ?? 'SIGKILL';
    },
  };
}

/** What a stream has said until the answer is called. */
export function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
