/** Runs small programs as their users would: as processes, in a project of their own outside the workspace. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** An empty folder for one test's project; removed when disposed. */
export function emptyProject(): Disposable & { folder: string; write(name: string, text: string): string } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'giantswarm-')));
  return {
    folder,
    write(name, text) {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs a command to its end, at most `timeout` ms (default 60000). */
export function run(command: string, args: string[], cwd: string, timeout = 60_000): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    // NODE_OPTIONS of the test run are not the program's
    const env = { ...process.env, NODE_OPTIONS: '' };
    const child = spawn(command, args, { cwd, env, timeout, stdio: ['ignore', 'pipe', 'pipe'] });
    const outcome: Outcome = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (outcome.stdout += chunk));
    child.stderr.on('data', (chunk) => (outcome.stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...outcome, code }));
  });
}

/** This Node and every other one on the PATH. */
export function nodes(): string[] {
  const found = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  return [
    ...new Set(
      [process.execPath, ...found.filter((path) => existsSync(path))].map((path) => realpathSync(path)),
    ),
  ];
}
