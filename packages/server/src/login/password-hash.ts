/**
 * The kinds of password hashes that can be verified, read from their text: Argon2 (all variants), bcrypt, scrypt and PBKDF2,
 * as PHC strings (https://github.com/P-H-C/phc-string-format), as passlib writes them, and Django's PBKDF2.
 */
export type PasswordHash = {
  /** Hashes of one family are computed alike; of two, the one with more work takes longer. */
  readonly family: string;
  /** Without unit. */
  readonly work: number;
} & (
  | { readonly kind: 'argon2'; readonly memoryKiB: number; readonly passes: number; readonly lanes: number }
  | { readonly kind: 'bcrypt'; readonly cost: number }
  | ({ readonly kind: 'scrypt'; readonly logN: number; readonly r: number; readonly p: number } & Derived)
  | ({ readonly kind: 'pbkdf2'; readonly digest: Digest; readonly iterations: number } & Derived)
);

interface Derived {
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** The digests of PBKDF2 and the bytes each gives. */
const DIGEST_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const;
type Digest = keyof typeof DIGEST_BYTES;

/**
 * Bytes that keys have in use. A key of any other length has been cut on its way here; one that was cut to 16 would verify
 * nothing under Argon2, which hashes the length too, but would verify under scrypt.
 */
const ARGON2_KEYS: readonly number[] = [16, 32, 64];
const SCRYPT_KEYS: readonly number[] = [32, 64];
const MAX_LENGTH = 512;

const NUMBER = '([1-9]\\d{0,9})';
const ARGON2 = new RegExp(
  `^\\$(argon2(?:i|d|id))(?:\\$v=(16|19))?\\$m=${NUMBER},t=${NUMBER},p=${NUMBER}\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)$`,
);
// 16 bytes of salt in 22 characters: the last one has four bits that must be zero.
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}$/;
const SCRYPT = new RegExp(`^\\$scrypt\\$ln=${NUMBER},r=${NUMBER},p=${NUMBER}\\$([^$]+)\\$([^$]+)$`);
const PBKDF2 = new RegExp(
  `^\\$pbkdf2(?:-(sha1|sha256|sha512))?\\$(?:i=)?${NUMBER}(?:,l=${NUMBER})?\\$([^$]+)\\$([^$]+)$`,
);
const DJANGO = new RegExp(`^pbkdf2_(sha1|sha256)\\$${NUMBER}\\$([\\x21-\\x23\\x25-\\x7e]+)\\$([^$]+)$`);

/** Undefined when the text is no hash that could be verified, or a damaged one. Says nothing about what it costs. */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  return (
    parseArgon2(text) ?? parseBcrypt(text) ?? parseScrypt(text) ?? parsePbkdf2(text) ?? parseDjango(text)
  );
}

function parseArgon2(text: string): PasswordHash | undefined {
  const match = ARGON2.exec(text);
  if (match === null) return undefined;
  const [, family = '', , memory, times, parallel, saltText = '', keyText = ''] = match;
  const [memoryKiB, passes, lanes] = [Number(memory), Number(times), Number(parallel)];
  const [salt, key] = [decode(saltText), decode(keyText)];
  // RFC 9106 section 3.1: eight blocks for each lane, and a salt of eight bytes or more.
  if (salt === undefined || salt.length < 8 || memoryKiB < 8 * lanes) return undefined;
  if (key === undefined || !ARGON2_KEYS.includes(key.length)) return undefined;
  return { kind: 'argon2', family, work: memoryKiB * passes, memoryKiB, passes, lanes };
}

function parseBcrypt(text: string): PasswordHash | undefined {
  const match = BCRYPT.exec(text);
  const cost = Number(match?.[1]);
  if (match === null || cost < 4 || cost > 31) return undefined;
  return { kind: 'bcrypt', family: 'bcrypt', work: 2 ** cost, cost };
}

function parseScrypt(text: string): PasswordHash | undefined {
  const match = SCRYPT.exec(text);
  if (match === null) return undefined;
  const [logN, r, p] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const [salt, key] = [decode(match[4]), decode(match[5])];
  if (salt === undefined || key === undefined || !SCRYPT_KEYS.includes(key.length) || logN > 31)
    return undefined;
  return { kind: 'scrypt', family: 'scrypt', work: 2 ** logN * r * p, logN, r, p, salt, key };
}

function parsePbkdf2(text: string): PasswordHash | undefined {
  const match = PBKDF2.exec(text);
  if (match === null) return undefined;
  const digest = (match[1] ?? 'sha1') as Digest;
  const [salt, key] = [decode(match[4]), decode(match[5])];
  const expected = match[3] === undefined ? DIGEST_BYTES[digest] : Number(match[3]);
  if (salt === undefined || key?.length !== expected || expected < 16 || expected > 64) return undefined;
  return pbkdf2(digest, Number(match[2]), salt, key);
}

function parseDjango(text: string): PasswordHash | undefined {
  const match = DJANGO.exec(text);
  if (match === null) return undefined;
  const digest = match[1] as Digest;
  const key = decode(match[4]);
  if (key?.length !== DIGEST_BYTES[digest]) return undefined;
  return pbkdf2(digest, Number(match[2]), Buffer.from(match[3] ?? ''), key);
}

function pbkdf2(digest: Digest, iterations: number, salt: Buffer, key: Buffer): PasswordHash {
  // Each digest's length of the key is one more computation of all iterations.
  const work = iterations * Math.ceil(key.length / DIGEST_BYTES[digest]);
  return { kind: 'pbkdf2', family: `pbkdf2-${digest}`, work, digest, iterations, salt, key };
}

/** Base64 with or without padding; passlib writes a dot for the plus. Undefined when it isn't the bytes' one spelling. */
function decode(text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined;
  const bare = text.replace(/={1,2}$/, '').replaceAll('.', '+');
  const bytes = Buffer.from(bare, 'base64');
  return bytes.length > 0 && bytes.toString('base64').replace(/=+$/, '') === bare ? bytes : undefined;
}
