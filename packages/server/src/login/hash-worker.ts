import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { newHash } from './new-hash.ts';
import type { HashParameters } from './password.ts';
import { verifyHash } from './verify-hash.ts';

/**
 * A thread that hashes passwords, one at a time: some MiB and a core for some milliseconds each. Its own thread, because
 * on libuv's pool hashes would stand before file and DNS work; the lowest priority, because a login can wait and the
 * verification of a token can't.
 */

export type HashJob =
  | { readonly kind: 'hash'; readonly password: string }
  | { readonly kind: 'verify'; readonly password: string; readonly passwordHash: string };

export type HashAnswer = { readonly result: string | boolean } | { readonly error: string };

// On Linux a priority set for "this process" (0) is this thread's alone (setpriority(2)); elsewhere it is everybody's.
if (process.platform === 'linux') setPriority(0, 19);

const parameters = workerData as HashParameters;

parentPort?.on('message', (job: HashJob) => {
  parentPort?.postMessage(answer(job));
});

function answer(job: HashJob): HashAnswer {
  try {
    if (job.kind === 'verify') return { result: verifyHash(job.passwordHash, job.password) };
    return { result: newHash(job.password, parameters) };
  } catch (error) {
    // The libraries' messages speak of the hash's form, never of the password.
    return { error: error instanceof Error ? error.message : 'hashing failed' };
  }
}
