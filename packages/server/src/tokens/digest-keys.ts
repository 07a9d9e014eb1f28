import { createSecretKey, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../make-folder.ts';
import type { DigestKey, DigestKeys } from './digest.ts';

const FILE = 'digest-keys';

/** The keys can't be used: unreadable, malformed, or not those the database was written with. */
export class DigestKeysError extends Error {
  override readonly name = 'DigestKeysError';
}

/**
 * Reads `kid:base64[,kid:base64]`, the first key in use; line breaks count as commas.
 * Throws `DigestKeysError`, which never shows a key.
 */
export function parseDigestKeys(text: string): DigestKeys {
  const keys: DigestKey[] = [];
  for (const entry of text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')) {
    const colon = entry.indexOf(':');
    const id = entry.slice(0, Math.max(colon, 0));
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(id)) {
      throw new DigestKeysError(
        'each digest key is written kid:base64, the kid being 1–32 of A–Z a–z 0–9 _ -',
      );
    }
    const base64 = entry.slice(colon + 1);
    const secret = Buffer.from(base64, 'base64');
    if (secret.toString('base64') !== base64 || secret.length < 32) {
      throw new DigestKeysError(`digest key "${id}" is not the padded base64 of 32 bytes or more`);
    }
    if (keys.some((key) => key.id === id)) throw new DigestKeysError(`digest key "${id}" is named twice`);
    keys.push({ id, secret: createSecretKey(secret) });
  }
  const [first, ...others] = keys;
  if (first === undefined) throw new DigestKeysError('there is no digest key');
  return [first, ...others];
}

export function digestKeysFile(directory: string): string {
  return join(directory, FILE);
}

/**
 * Reads the keys from `directory`, making both (0700, 0600) with one new key where there is no file yet.
 * Two services that start at once end up with the same key.
 */
export function loadDigestKeys(directory: string): { keys: DigestKeys; created: boolean; file: string } {
  const file = digestKeysFile(directory);
  makeFolder(directory);
  const created = createOnce(file, () => `k1:${randomBytes(32).toString('base64')}\n`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new DigestKeysError(`cannot read the digest keys in ${file}`, { cause: error });
  }
  try {
    return { keys: parseDigestKeys(text), created, file };
  } catch (error) {
    throw new DigestKeysError(`${file}: ${(error as Error).message}`);
  }
}

/** Whether others than the file's owner can read it. */
export function isExposed(file: string): boolean {
  return process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0;
}

/** Writes the file in whole, or leaves the one that is there: a link never replaces. */
function createOnce(file: string, content: () => string): boolean {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  if (statSync(file, { throwIfNoEntry: false }) !== undefined) return false;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, content());
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}
