import type { DatabaseSync } from 'node:sqlite';
import { entries } from '../audit-entry.ts';
import { checkLimit, longestBatch } from '../page.ts';
import type { Act, EndCause, TokenPolicy } from '../records.ts';
import { storableTime } from '../text.ts';
import { appendEvent } from './audit-chain.ts';
import { statement } from './connection.ts';
import { moveToEnded } from './token-acts.ts';

/** Up to when a token may have expired, been made or been used to be dead at `act.time`; null: no matter when. */
export function bounds(policy: TokenPolicy, act: Act) {
  const before = (age: number | null): number | null =>
    age === null ? null : storableTime(act.time, 'time') - storableTime(age, 'policy');
  return {
    now: storableTime(act.time, 'time'),
    born: before(policy.maxAge),
    used: before(policy.idleTimeout),
  };
}

/** Ends those of the tokens that are dead, and no other: one may have been used since it was looked at. */
export function endDeadTokens(
  db: DatabaseSync,
  tokens: readonly number[],
  policy: TokenPolicy,
  act: Act,
): number {
  const { now, born, used } = bounds(policy, act);
  const examine = statement(
    db,
    `SELECT CASE WHEN t.expiry  <= ?1 THEN 'expired'
                 WHEN t.created <= ?2 THEN 'policy'
                 WHEN time      <= ?3 THEN 'idle'
                 WHEN u.expiry  <= ?1 THEN 'user_expired' END AS cause
       FROM tokens t JOIN users u ON u.id = t.user_id JOIN token_uses ON token = n WHERE n = ?4`,
  );
  const counts: Partial<Record<EndCause, number>> = {};
  let ended = 0;
  for (const n of tokens) {
    const cause = examine.get(now, born, used, n)?.cause as EndCause | null | undefined;
    if (!cause) continue;
    ended += moveToEnded(db, 'n = ?', [n], cause, act);
    counts[cause] = (counts[cause] ?? 0) + 1;
  }
  if (ended > 0) appendEvent(db, entries.tokensSwept(counts), act);
  return ended;
}

export function forgetEndedTokens(db: DatabaseSync, time: number, limit: number): number {
  const forget = statement(
    db,
    'DELETE FROM ended_tokens WHERE seq IN (SELECT seq FROM ended_tokens WHERE ended < ? ORDER BY ended LIMIT ?)',
  );
  return Number(forget.run(storableTime(time, 'time'), checkLimit(limit, longestBatch)).changes);
}

/** Whether `forgetEndedTokens` would forget any. */
export function hasEndedBefore(db: DatabaseSync, time: number): boolean {
  const find = statement(db, 'SELECT 1 FROM ended_tokens WHERE ended < ? LIMIT 1');
  return find.get(storableTime(time, 'time')) !== undefined;
}
