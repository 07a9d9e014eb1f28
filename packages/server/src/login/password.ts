/** Passwords as they arrive and as they are kept. */

const MAX_BYTES = 1024;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The password in `base64` (RFC 4648 section 4, padded), or undefined when it isn't the one spelling of 1 to 1,024
 * bytes of UTF-8 without NUL. Strict, so that one password has one spelling; nothing is trimmed, folded or cut.
 */
export function parsePassword(base64: string): string | undefined {
  if (!BASE64.test(base64)) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length < 1 || bytes.length > MAX_BYTES || bytes.includes(0)) return undefined;
  // The last character's unused bits must be zero (RFC 4648 section 3.5).
  if (bytes.toString('base64') !== base64) return undefined;
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** What Argon2id is told: one hash needs `memoryKiB` and a core for `passes` runs over it. */
export interface HashParameters {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

/**
 * Argon2id at OWASP's floor (Password Storage Cheat Sheet): 19 MiB, two passes, one lane; about 13 ms on one core.
 */
export const HASH_PARAMETERS: HashParameters = { memoryKiB: 19_456, passes: 2, lanes: 1 };

/** What may be set: never below OWASP's floor, and no more memory than is computed at all (see `verify-hash.ts`). */
export const HASH_LIMITS = {
  leastMemoryMiB: 19,
  mostMemoryMiB: 1024,
  leastPasses: 2,
  mostPasses: 100,
} as const;

/** Whether a PHC string was made with another algorithm or other parameters than new ones are. */
export function isOutdated(
  passwordHash: string,
  { memoryKiB, passes, lanes }: HashParameters = HASH_PARAMETERS,
): boolean {
  return !passwordHash.startsWith(`$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$`);
}
