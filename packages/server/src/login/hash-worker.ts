import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { hashSync } from '@node-rs/argon2';
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

/** `Algorithm.Argon2id`; the library exports it as a const enum, which does not exist at run time. */
const ARGON2ID = 2;

// On Linux a priority set for "this process" (0) is this thread's alone (setpriority(2)); elsewhere it is everybody's.
if (process.platform === 'linux') setPriority(0, 19);

const parameters = workerData as HashParameters;
// Before the first job, so that the first login after a start costs what the later ones cost.
verifyHash(hash('warm'), 'cold');

parentPort?.on('message', (job: HashJob) => {
  parentPort?.postMessage(answer(job));
});

function answer(job: HashJob): HashAnswer {
  try {
    return {
      result: job.kind === 'verify' ? verifyHash(job.passwordHash, job.password) : hash(job.password),
    };
  } catch (error) {
    // The libraries' messages speak of the hash's form, never of the password.
    return { error: error instanceof Error ? error.message : 'hashing failed' };
  }
}

function hash(password: string): string {
  const { memoryKiB, passes, lanes } = parameters;
  return hashSync(password, {
    algorithm: ARGON2ID,
    memoryCost: memoryKiB,
    timeCost: passes,
    parallelism: lanes,
  });
}
