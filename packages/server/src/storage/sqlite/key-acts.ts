import type { DatabaseSync } from 'node:sqlite';
import { entries } from '../audit-entry.ts';
import type { Act } from '../records.ts';
import type { DigestKeyFingerprint } from '../store.ts';
import { storable } from '../text.ts';
import { appendEvent } from './audit-chain.ts';
import { statement } from './connection.ts';

export function rememberDigestKeys(
  db: DatabaseSync,
  keys: ReadonlyMap<string, Uint8Array>,
  act: Act,
): DigestKeyFingerprint[] {
  const remember = statement(
    db,
    'INSERT INTO digest_keys (key_id, fingerprint) VALUES (?, ?) ON CONFLICT (key_id) DO NOTHING',
  );
  const added: string[] = [];
  for (const [keyId, fingerprint] of keys) {
    if (remember.run(storable(keyId, 'key id'), fingerprint).changes > 0) added.push(keyId);
  }
  if (added.length > 0) appendEvent(db, entries.keysAdded(added), act);
  return readDigestKeys(db);
}

/** The same where all of the keys are known: that is every start but the first. Undefined: one is to be remembered. */
export function digestKeysIfKnown(
  db: DatabaseSync,
  keys: ReadonlyMap<string, Uint8Array>,
): DigestKeyFingerprint[] | undefined {
  const all = readDigestKeys(db);
  const known = new Set(all.map(({ keyId }) => keyId));
  return [...keys.keys()].every((keyId) => known.has(keyId)) ? all : undefined;
}

/** Every digest key that the database has been written with. */
export function readDigestKeys(db: DatabaseSync): DigestKeyFingerprint[] {
  const all = statement(
    db,
    `SELECT key_id, fingerprint, coalesce(living, 0) > 0 AS used
       FROM digest_keys LEFT JOIN living_tokens_of_key USING (key_id) ORDER BY key_id`,
  ).all();
  return all.map((row) => ({
    keyId: row.key_id as string,
    fingerprint: row.fingerprint as Uint8Array,
    used: row.used === 1,
  }));
}
