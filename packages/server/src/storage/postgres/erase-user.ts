import { entries } from '../audit-entry.ts';
import type { AuditEvent, AuditPosition } from '../audit-store.ts';
import { emailSpellings } from '../email-spellings.ts';
import type { Act } from '../records.ts';
import { storable } from '../text.ts';
import { type AuditRow, auditColumns, toAuditEvent } from './audit-rows.ts';
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
  let emails: readonly string[] = [];
  for (let isFirst = true; at !== undefined; isFirst = false) {
    const from: AuditPosition = at;
    const erased = await database.transact(async (transaction) => {
      if (isFirst) await eraseRecords(transaction, userId);
      const done = await eraseSlice(transaction, { userId, from, ends, emails });
      // In any case one, so that nothing is ever erased without.
      if (isFirst || done.events > 0) transaction.leave(entries.userErased(userId, done.events), act);
      return done;
    });
    events += erased.events;
    [at, emails] = [erased.next, erased.emails];
  }
  return { events };
}

async function eraseRecords(transaction: Transaction, userId: string): Promise<void> {
  await transaction.query('DELETE FROM requests WHERE user_id = $1', [userId]);
  await transaction.query('UPDATE ended_tokens SET name = NULL WHERE user_id = $1 AND name IS NOT NULL', [
    userId,
  ]);
}

interface Slice {
  readonly userId: string;
  readonly from: AuditPosition;
  readonly ends: readonly { chain: string; n: number }[];
  /** Those of theirs that have been taken out of what clients said, in each spelling. */
  readonly emails: readonly string[];
}

async function eraseSlice(
  transaction: Transaction,
  { userId, from, ends, emails: blanked }: Slice,
): Promise<{ events: number; next: AuditPosition | undefined; emails: readonly string[] }> {
  const next = 'AND (time, chain, n) > ($2, $3, $4) ORDER BY time, chain, n LIMIT $5';
  const rows = await transaction.query<AuditRow>(
    `(SELECT ${auditColumns} FROM audit_events WHERE subject = $1 ${next})
      UNION (SELECT ${auditColumns} FROM audit_events WHERE actor = $1 ${next}) ORDER BY time, chain, n LIMIT $5`,
    [userId, from.time, from.chain, from.n, slice],
  );
  const upTo = new Map(ends.map(({ chain, n }) => [chain, n]));
  const old = rows.map(toAuditEvent).filter(({ chain, n }) => n <= (upTo.get(chain) ?? 0));
  const about = old.filter(({ subject }) => subject === userId);
  const emails = [...new Set([...blanked, ...about.flatMap(emailSpellings)])];
  await forgetRequests(transaction, old, emails.slice(blanked.length));
  // The digest of the text that is there: the same that was chained, unless somebody has changed it.
  const erased = await transaction.query(
    `UPDATE audit_events e SET salt = NULL, personal = NULL, digest = sha256(salt || convert_to(personal, 'UTF8'))
       FROM unnest($1::text[], $2::bigint[]) AS old (chain, n)
      WHERE e.chain = old.chain AND e.n = old.n AND salt IS NOT NULL AND personal IS NOT NULL RETURNING 1`,
    [old.map(({ chain }) => chain), old.map(({ n }) => n)],
  );
  return { events: erased.length, next: rows.length === slice ? rows.at(-1) : undefined, emails };
}

/** The C collation knows upper and lower case of ASCII only, on every server. */
async function forgetRequests(
  transaction: Transaction,
  events: readonly AuditEvent[],
  emails: readonly string[],
): Promise<void> {
  const ids = events.flatMap(({ requestId }) => requestId ?? []);
  await transaction.query('DELETE FROM requests WHERE request_id = ANY ($1)', [ids]);
  if (emails.length === 0) return;
  for (const said of ['command_line', 'original', 'user_agent'])
    await transaction.query(
      `UPDATE requests SET ${said} = NULL WHERE EXISTS (SELECT 1 FROM unnest($1::text[]) AS e (email)
        WHERE strpos(lower(${said} COLLATE "C"), lower(email COLLATE "C")) > 0)`,
      [emails],
    );
}
