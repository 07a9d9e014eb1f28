import { entries } from '../audit-entry.ts';
import type { AuditPosition } from '../audit-store.ts';
import type { Act } from '../records.ts';
import { storable } from '../text.ts';
import type { Database } from './database.ts';
import type { Transaction } from './transaction.ts';

/** Events that one transaction looks at, so that it ends within the time it has. */
const slice = 1000;

const beginning: AuditPosition = { time: Number.MIN_SAFE_INTEGER, chain: '', n: 0 };

export async function eraseUser(database: Database, userId: string, act: Act): Promise<{ events: number }> {
  storable(userId, 'user id');
  // Its own events stay whole: it goes up to where the chains end now.
  const ends = await database.read<{ chain: string; n: number }>('SELECT chain, n FROM audit_heads');
  let events = 0;
  let at: AuditPosition | undefined = beginning;
  for (let isFirst = true; at !== undefined; isFirst = false) {
    const from: AuditPosition = at;
    const erased = await database.transact(async (transaction) => {
      if (isFirst) await eraseRecords(transaction, userId);
      const done = await eraseSlice(transaction, userId, from, ends);
      // In any case one, so that nothing is ever erased without.
      if (isFirst || done.events > 0) transaction.leave(entries.userErased(userId, done.events), act);
      return done;
    });
    events += erased.events;
    at = erased.next;
  }
  return { events };
}

async function eraseRecords(transaction: Transaction, userId: string): Promise<void> {
  await transaction.query('DELETE FROM requests WHERE user_id = $1', [userId]);
  await transaction.query('UPDATE ended_tokens SET name = NULL WHERE user_id = $1 AND name IS NOT NULL', [
    userId,
  ]);
}

async function eraseSlice(
  transaction: Transaction,
  userId: string,
  from: AuditPosition,
  ends: readonly { chain: string; n: number }[],
): Promise<{ events: number; next: AuditPosition | undefined }> {
  const next = 'AND (time, chain, n) > ($2, $3, $4) ORDER BY time, chain, n LIMIT $5';
  const rows = await transaction.query<AuditPosition>(
    `(SELECT time, chain, n FROM audit_events WHERE subject = $1 ${next})
      UNION (SELECT time, chain, n FROM audit_events WHERE actor = $1 ${next}) ORDER BY time, chain, n LIMIT $5`,
    [userId, from.time, from.chain, from.n, slice],
  );
  const upTo = new Map(ends.map(({ chain, n }) => [chain, n]));
  const old = rows.filter(({ chain, n }) => n <= (upTo.get(chain) ?? 0));
  // The digest of the text that is there: the same that was chained, unless somebody has changed it.
  const erased = await transaction.query(
    `UPDATE audit_events e SET salt = NULL, personal = NULL, digest = sha256(salt || convert_to(personal, 'UTF8'))
       FROM unnest($1::text[], $2::bigint[]) AS old (chain, n)
      WHERE e.chain = old.chain AND e.n = old.n AND salt IS NOT NULL AND personal IS NOT NULL RETURNING 1`,
    [old.map(({ chain }) => chain), old.map(({ n }) => n)],
  );
  return { events: erased.length, next: rows.length === slice ? rows.at(-1) : undefined };
}
