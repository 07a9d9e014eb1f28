import { pbkdf2Sync, scryptSync, timingSafeEqual } from 'node:crypto';
import { verifySync } from '@node-rs/argon2';
import { compareSync } from 'bcryptjs';
import { HASH_LIMITS } from './password.ts';
import { parsePasswordHash } from './password-hash.ts';

/** What bcrypt reads of a password. */
const BCRYPT_BYTES = 72;
/** Beyond these the allocation could end the process, instead of failing: whoever wrote such a hash, it isn't computed. */
const MAX_ARGON2_KIB = HASH_LIMITS.mostMemoryMiB * 1024;
const MAX_SCRYPT_BYTES = 128 * 2 ** 20;

/**
 * Whether the password is the hash's, whichever kind of hash it is. Blocks until it is computed.
 *
 * Nothing is truncated: a password that a hash function would read only a part of is never right. Throws when the hash
 * can't be read.
 */
export function verifyHash(passwordHash: string, password: string): boolean {
  const hash = parsePasswordHash(passwordHash);
  if (hash === undefined) throw new Error('the password hash cannot be read');
  // The work is done all the same, so that it can't be told by the time.
  const whole =
    !password.includes('\0') && (hash.kind !== 'bcrypt' || Buffer.byteLength(password) <= BCRYPT_BYTES);
  switch (hash.kind) {
    case 'argon2':
      if (hash.memoryKiB > MAX_ARGON2_KIB) throw new Error('the password hash needs too much memory');
      return verifySync(passwordHash, password) && whole;
    case 'bcrypt':
      return compareSync(password, passwordHash) && whole;
    case 'scrypt': {
      const options = { N: 2 ** hash.logN, r: hash.r, p: hash.p, maxmem: MAX_SCRYPT_BYTES };
      return timingSafeEqual(scryptSync(password, hash.salt, hash.key.length, options), hash.key) && whole;
    }
    case 'pbkdf2': {
      const { salt, iterations, key, digest } = hash;
      return timingSafeEqual(pbkdf2Sync(password, salt, iterations, key.length, digest), key) && whole;
    }
  }
}
