import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { longestPage } from '../page.ts';
import type { Act, TokenPolicy } from '../records.ts';
import { statement } from './connection.ts';
import type { Reader } from './reader.ts';
import { bounds } from './sweep-acts.ts';

/**
 * Looks for tokens that are dead by now, at most `limit`, through the reading connection and by indexes: with nothing
 * to end, a sweep costs no transaction and a few descents, however many tokens there are.
 */
export async function findDeadTokens(
  reader: Reader,
  policy: TokenPolicy,
  act: Act,
  limit: number,
): Promise<number[]> {
  const dead = new Set<number>();
  const { now, born, used } = bounds(policy, act);
  const look = async (sql: string, bound: number | null): Promise<void> => {
    if (bound === null) return;
    // `limit` of them each time: the same token may be dead for several reasons.
    const rows = await reader.read((db) => statement(db, sql).all(bound, limit));
    for (const { n } of rows) if (dead.size < limit) dead.add(Number(n));
  };
  await look('SELECT n FROM tokens WHERE expiry <= ? ORDER BY expiry LIMIT ?', now);
  await look('SELECT n FROM tokens WHERE created <= ? ORDER BY created LIMIT ?', born);
  await look('SELECT token AS n FROM token_uses WHERE time <= ? ORDER BY time LIMIT ?', used);
  if (dead.size < limit) await addTokensOfExpiredUsers(reader, now, limit, dead);
  return [...dead];
}

/** Expired users stay, tokens or not: they are walked through in slices, and other work gets its turn in between. */
async function addTokensOfExpiredUsers(
  reader: Reader,
  now: number,
  limit: number,
  dead: Set<number>,
): Promise<void> {
  for (let after: Pick<ExpiredUser, 'expiry' | 'row'> = { expiry: Number.MIN_SAFE_INTEGER, row: 0 }; ; ) {
    const { expiry, row } = after;
    const slice = await reader.read((db) => expiredUsers(db).all(now, expiry, row, longestPage));
    for (const { id, living } of slice as unknown as ExpiredUser[]) {
      if (living === 0) continue;
      const tokens = await reader.read((db) => tokensOf(db).all(id, limit));
      for (const { n } of tokens) if (dead.size < limit) dead.add(Number(n));
      if (dead.size >= limit) return;
    }
    if (slice.length < longestPage) return;
    after = slice.at(-1) as unknown as ExpiredUser;
    await endOfTurn();
  }
}

interface ExpiredUser {
  expiry: number;
  row: number;
  id: string;
  living: number;
}

function expiredUsers(db: DatabaseSync): StatementSync {
  return statement(
    db,
    `SELECT expiry, rowid AS row, id, EXISTS (SELECT 1 FROM tokens WHERE user_id = users.id) AS living
       FROM users WHERE expiry <= ? AND (expiry, rowid) > (?, ?) ORDER BY expiry, rowid LIMIT ?`,
  );
}

function tokensOf(db: DatabaseSync): StatementSync {
  return statement(db, 'SELECT n FROM tokens WHERE user_id = ? LIMIT ?');
}
