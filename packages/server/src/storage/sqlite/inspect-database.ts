import { DatabaseSync } from 'node:sqlite';
import type { DigestKeyFingerprint } from '../store.ts';
import { readDigestKeys } from './key-acts.ts';
import { migrations } from './migrations/index.ts';
import { examine, whyNot } from './prepare-database.ts';

const patience = 3000;

/**
 * Looks at a database, also while a service uses it, and changes nothing. Throws `StoreUnusable` or `StoreUnavailable`
 * as opening it would.
 */
export function inspectDatabase(path: string): {
  readonly schema: number;
  /** What this version works with: a service that starts brings an older schema up to it. */
  readonly neededSchema: number;
  readonly digestKeys: readonly DigestKeyFingerprint[];
} {
  try {
    const schema = examine(path);
    const db = new DatabaseSync(path, { readOnly: true, timeout: patience });
    try {
      return { schema, neededSchema: migrations.length, digestKeys: schema === 0 ? [] : readDigestKeys(db) };
    } finally {
      db.close();
    }
  } catch (error) {
    throw whyNot(error, path);
  }
}
