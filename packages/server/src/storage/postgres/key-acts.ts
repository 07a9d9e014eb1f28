import { entries } from '../audit-entry.ts';
import type { Act } from '../records.ts';
import type { DigestKeyFingerprint } from '../store.ts';
import { storable } from '../text.ts';
import type { Transaction } from './transaction.ts';

export async function rememberDigestKeys(
  transaction: Transaction,
  keys: ReadonlyMap<string, Uint8Array>,
  act: Act,
): Promise<DigestKeyFingerprint[]> {
  // In order: two services that start at once would else wait for each other.
  const inOrder = [...keys].sort(([a], [b]) => (a < b ? -1 : 1));
  const added: string[] = [];
  for (const [keyId, fingerprint] of inOrder) {
    const rows = await transaction.query(
      'INSERT INTO digest_keys (key_id, fingerprint) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1',
      [storable(keyId, 'key id'), fingerprint],
    );
    if (rows.length > 0) added.push(keyId);
  }
  if (added.length > 0) transaction.leave(entries.keysAdded(added), act);
  const all = await transaction.query<{ key_id: string; fingerprint: Uint8Array; used: boolean }>(
    `SELECT key_id, fingerprint, EXISTS (SELECT 1 FROM tokens t WHERE t.key_id = k.key_id) AS used
       FROM digest_keys k ORDER BY key_id`,
  );
  return all.map((row) => ({
    keyId: row.key_id,
    fingerprint: row.fingerprint,
    used: row.used,
  }));
}
