/** Services under which something can go wrong: behind another command, or with their system calls tampered with. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { GUARDBEE, startTarget, type Target, withFolder } from '../processes.ts';
import { Impossible } from './fault.ts';

export function serveCommand(dataDir: string): string[] {
  return [process.execPath, GUARDBEE, 'serve', '--listen', '127.0.0.1:0', '--data-dir', dataDir];
}

/** Faults take many tries from one address; and that it says why it refuses is known. */
export const SETTINGS = ['env', 'GUARDBEE_THROTTLE_SOURCE=1000000', 'GUARDBEE_LOG_LEVEL=fatal'];

/** Starts a service in a folder of its own, behind `before` (which must end in its own process becoming the service). */
export function withService<T>(
  work: (target: Target) => Promise<T>,
  before: (folder: string) => readonly string[] = () => [],
): Promise<T> {
  return withFolder(async (folder) => {
    const dataDir = join(folder, 'data');
    const target = await startTarget(
      [...SETTINGS, ...before(folder), ...serveCommand(dataDir)],
      undefined,
      dataDir,
    );
    try {
      return await work(target);
    } finally {
      await target.stop();
    }
  });
}

export function needs(command: string, debianPackage: string): void {
  if (spawnSync('which', [command]).status !== 0)
    throw new Impossible(`needs ${command} (Debian: apt-get install ${debianPackage})`);
}

/** Has strace(1) do something to the system calls of a running process and its threads, until told to stop. */
export async function tamper(pid: number, calls: string, injection: string): Promise<() => Promise<void>> {
  const tracer = spawn(
    'strace',
    [
      '-f',
      '-q',
      '-o',
      '/dev/null',
      '-p',
      String(pid),
      '-e',
      `trace=${calls}`,
      '-e',
      `inject=${calls}:${injection}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = once(tracer, 'exit');
  // It says nothing when it has begun: the kernel does.
  for (let tries = 0; !isTraced(pid); tries += 1) {
    if (tracer.exitCode !== null || tries > 250)
      throw new Impossible('strace may not attach to other processes here');
    await wait(20);
  }
  await wait(100);
  return async () => {
    tracer.kill('SIGINT');
    await ended;
  };
}

function isTraced(pid: number): boolean {
  return spawnSync('grep', ['-q', 'TracerPid:\t[1-9]', `/proc/${pid}/status`]).status === 0;
}
