import { type PasswordHash, parsePasswordHash } from './password-hash.ts';

/** What a hash from elsewhere may cost to verify: whoever brings one must not bring a way to occupy the workers. */
const MOST = {
  bcryptCost: 12,
  argon2MemoryMiB: 64,
  argon2Passes: 10,
  argon2Lanes: 16,
  scryptMemoryMiB: 64,
  /** N·r·p: twice what fills the memory once at r=8. */
  scryptWork: 2 ** 20,
  pbkdf2Iterations: 2_000_000,
} as const;

/**
 * Why a password hash can't be taken over, in a sentence that doesn't repeat it; undefined when it can.
 *
 * @param today It has the parameters of new hashes, and may cost what they cost.
 */
export function objectionToHash(text: string, { today = false } = {}): string | undefined {
  const hash = parsePasswordHash(text);
  if (hash === undefined)
    return 'The password hash is damaged or of a kind that is not known: Argon2, bcrypt, scrypt and PBKDF2 are.';
  const excess = today ? undefined : excessOf(hash);
  return excess === undefined ? undefined : `The password hash costs too much to verify: ${excess}.`;
}

function excessOf(hash: PasswordHash): string | undefined {
  switch (hash.kind) {
    case 'bcrypt':
      return above('cost', hash.cost, MOST.bcryptCost);
    case 'argon2':
      return (
        above('memory in MiB', hash.memoryKiB / 1024, MOST.argon2MemoryMiB) ??
        above('passes', hash.passes, MOST.argon2Passes) ??
        above('lanes', hash.lanes, MOST.argon2Lanes)
      );
    case 'scrypt':
      return (
        above('memory in MiB', (128 * 2 ** hash.logN * hash.r) / 2 ** 20, MOST.scryptMemoryMiB) ??
        above('N·r·p', hash.work, MOST.scryptWork)
      );
    case 'pbkdf2':
      return above('iterations', hash.work, MOST.pbkdf2Iterations);
  }
}

function above(what: string, value: number, most: number): string | undefined {
  return value > most ? `its ${what} may be ${most} at most and is ${value}` : undefined;
}
