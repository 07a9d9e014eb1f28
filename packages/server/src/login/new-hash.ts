import { hashSync } from '@node-rs/argon2';
import type { HashParameters } from './password.ts';

/** `Algorithm.Argon2id`; the library exports it as a const enum, which does not exist at run time. */
const ARGON2ID = 2;

/** A new PHC string for a password, with a salt of its own. Blocks until it is computed. */
export function newHash(password: string, { memoryKiB, passes, lanes }: HashParameters): string {
  return hashSync(password, {
    algorithm: ARGON2ID,
    memoryCost: memoryKiB,
    timeCost: passes,
    parallelism: lanes,
  });
}
