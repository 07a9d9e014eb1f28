import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { TokenRecord } from '../storage/records.ts';

/**
 * What the database holds in place of a token: a keyed digest (HMAC-SHA-256). The key lies outside the database, so
 * its reader can't use a token and its writer can't plant one.
 */

export interface DigestKey {
  /** The key's name, stored beside what it made so that keys can rotate. 1–32 of `A–Z a–z 0–9 _ -`. */
  readonly id: string;
  /** 32 bytes or more; as a key object, since making one anew for each digest costs four times the digest. */
  readonly secret: KeyObject;
}

/** The keys a service knows. The first makes new digests; the others still verify. */
export type DigestKeys = readonly [DigestKey, ...DigestKey[]];

// Each use of a key is told from the others by its first byte, so that no digest can be passed off as another kind.
const TOKEN = 'T';
const SEAL = 'S';
const FINGERPRINT = 'F';
const CURSOR = 'C';
const TRY = 'G';

export function digestToken(key: DigestKey, tokenString: string): Uint8Array {
  return mac(key, TOKEN, tokenString);
}

/**
 * Binds a stored token to what it stands for. Without it, a writer of the database could let the digest of a token
 * they hold speak for somebody else, live longer or do more.
 */
export function sealToken(key: DigestKey, token: Omit<TokenRecord, 'seal'>): Uint8Array {
  const meaning = [
    token.id,
    token.userId,
    Buffer.from(token.digest).toString('base64'),
    token.created,
    token.expiry,
    token.scopes,
  ];
  return mac(key, SEAL, JSON.stringify(meaning)).subarray(0, 16);
}

export function hasValidSeal(keys: DigestKeys, token: TokenRecord): boolean {
  const key = keys.find((candidate) => candidate.id === token.keyId);
  if (key === undefined) return false;
  const expected = sealToken(key, token);
  return token.seal.length === expected.length && timingSafeEqual(token.seal, expected);
}

/** Says whether two services hold the same key without showing it. */
export function fingerprintKey(key: DigestKey): Uint8Array {
  return mac(key, FINGERPRINT, '').subarray(0, 16);
}

/** For the tamper-proof cursors of paged lists. */
export function digestCursor(key: DigestKey, text: string): Uint8Array {
  return mac(key, CURSOR, text).subarray(0, 16);
}

/** For what the throttle counts by: 16 bytes over a kind and its parts, so that no part can pass for another. */
export function digestTry(key: DigestKey, kind: string, parts: readonly string[]): Uint8Array {
  return mac(key, TRY, JSON.stringify([kind, ...parts])).subarray(0, 16);
}

function mac(key: DigestKey, purpose: string, text: string): Uint8Array {
  return createHmac('sha256', key.secret)
    .update(purpose + text)
    .digest();
}
