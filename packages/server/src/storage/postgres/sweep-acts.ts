import { entries } from '../audit-entry.ts';
import type { Act, EndCause, TokenPolicy } from '../records.ts';
import { storableTime } from '../text.ts';
import type { Session } from './connections.ts';
import type { Database } from './database.ts';
import { moveToEnded } from './end-tokens.ts';
import type { Transaction } from './transaction.ts';

/** Up to when a token may have expired, been made or been used to be dead at `act.time`; null: no matter when. */
function bounds(policy: TokenPolicy, act: Act) {
  const before = (age: number | null): number | null =>
    age === null ? null : storableTime(act.time, 'time') - storableTime(age, 'policy');
  return [storableTime(act.time, 'time'), before(policy.maxAge), before(policy.idleTimeout)] as const;
}

/**
 * Looks for tokens that are dead by now, at most `limit`, by indexes and without a lock. The reasons are one after the
 * other: each branch ends where the limit is reached.
 */
export async function findDeadTokens(
  database: Database,
  policy: TokenPolicy,
  act: Act,
  limit: number,
): Promise<number[]> {
  const rows = await database.read<{ n: number }>(
    `SELECT DISTINCT n FROM (
       (SELECT n FROM tokens WHERE expiry <= $1 ORDER BY expiry LIMIT $4)
       UNION ALL (SELECT n FROM tokens WHERE created <= $2 ORDER BY created LIMIT $4)
       UNION ALL (SELECT token FROM token_uses WHERE time <= $3 ORDER BY time LIMIT $4)
       UNION ALL (SELECT t.n FROM users u JOIN tokens t ON t.user_id = u.id WHERE u.expiry <= $1 LIMIT $4)
     ) AS dead LIMIT $4`,
    [...bounds(policy, act), limit],
  );
  return rows.map(({ n }) => n);
}

/**
 * Ends those of the tokens that are dead, and no other: one may have been used since it was looked at. One that somebody
 * else is busy with is left to the next sweep, so that a sweep never waits with thousands of locks in its hands.
 */
export async function endDeadTokens(
  transaction: Transaction,
  tokens: readonly number[],
  policy: TokenPolicy,
  act: Act,
): Promise<number> {
  const locked = await transaction.query<{ n: number }>(
    'SELECT n FROM tokens WHERE n = ANY ($1) ORDER BY n FOR UPDATE SKIP LOCKED',
    [tokens],
  );
  const causes = await transaction.query<{ n: number; cause: EndCause | null }>(
    `SELECT n, CASE WHEN t.expiry  <= $1 THEN 'expired'
                    WHEN t.created <= $2 THEN 'policy'
                    WHEN s.time    <= $3 THEN 'idle'
                    WHEN u.expiry  <= $1 THEN 'user_expired' END AS cause
       FROM tokens t JOIN users u ON u.id = t.user_id JOIN token_uses s ON s.token = n WHERE n = ANY ($4)`,
    [...bounds(policy, act), locked.map(({ n }) => n)],
  );
  const counts: Partial<Record<EndCause, number>> = {};
  let ended = 0;
  for (const [cause, rows] of Map.groupBy(causes, (row) => row.cause)) {
    if (cause === null) continue;
    const dead = rows.map(({ n }) => n);
    const count = (await moveToEnded(transaction, 'n = ANY ($5)', [dead], cause, act)).length;
    counts[cause] = count;
    ended += count;
  }
  if (ended > 0) transaction.leave(entries.tokensSwept(counts), act);
  return ended;
}

export async function forgetEndedTokens(session: Session, time: number, limit: number): Promise<number> {
  const forgotten = await session.query(
    `DELETE FROM ended_tokens WHERE seq IN
       (SELECT seq FROM ended_tokens WHERE ended < $1 ORDER BY ended LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1`,
    [storableTime(time, 'time'), limit],
  );
  return forgotten.length;
}
