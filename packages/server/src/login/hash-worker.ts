import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { hashSync, verifySync } from '@node-rs/argon2';
import { HASH_PARAMETERS } from './password.ts';

/**
 * A thread that hashes passwords, one at a time: 19 MiB and a core for some milliseconds each. Its own thread, because
 * on libuv's pool hashes would stand before file and DNS work; the lowest priority, because a login can wait and the
 * verification of a token can't.
 */

export type HashJob =
  | { readonly id: number; readonly kind: 'hash'; readonly password: string }
  | {
      readonly id: number;
      readonly kind: 'verify';
      readonly password: string;
      readonly passwordHash: string;
    };

export type HashAnswer =
  | { readonly id: number; readonly result: string | boolean }
  | { readonly id: number; readonly error: string };

/** `Algorithm.Argon2id`; the library exports it as a const enum, which does not exist at run time. */
const ARGON2ID = 2;

// On Linux a priority set for "this process" (0) is this thread's alone (setpriority(2)); elsewhere it is everybody's.
if (process.platform === 'linux') setPriority(0, 19);

parentPort?.on('message', (job: HashJob) => {
  parentPort?.postMessage(answer(job));
});

function answer(job: HashJob): HashAnswer {
  try {
    if (job.kind === 'verify') return { id: job.id, result: verifySync(job.passwordHash, job.password) };
    const { memoryKiB, passes, lanes } = HASH_PARAMETERS;
    const options = {
      algorithm: ARGON2ID,
      memoryCost: memoryKiB,
      timeCost: passes,
      parallelism: lanes,
    };
    return { id: job.id, result: hashSync(job.password, options) };
  } catch (error) {
    // The library's messages speak of the hash's form, never of the password.
    return { id: job.id, error: error instanceof Error ? error.message : 'hashing failed' };
  }
}
