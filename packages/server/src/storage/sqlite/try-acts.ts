import type { DatabaseSync } from 'node:sqlite';
import { entries } from '../audit-entry.ts';
import { checkLimit, longestBatch } from '../page.ts';
import type { Act } from '../records.ts';
import { storableTime } from '../text.ts';
import type { ThrottleRules, TryKeys, TryRefused, TryReserved } from '../throttle-store.ts';
import { isKnown, refuseTry, takeFromSource, takeTry, untouched } from '../tries.ts';
import { appendEvent } from './audit-chain.ts';
import { statement } from './connection.ts';
import { findUserById } from './find-user.ts';
import { forgetCounter, readCounter, readSource, setLock, writeCounter, writeSource } from './try-rows.ts';

/** Which counter counts and what it and the source say. Reads only: a refusal needs no more. */
export function lookAtTry(db: DatabaseSync, keys: TryKeys, rules: ThrottleRules, time: number) {
  storableTime(time, 'time');
  const lane = readCounter(db, keys.lane);
  const name: 'lane' | 'account' = isKnown(lane?.known ?? null, rules, time) ? 'lane' : 'account';
  const counter = (name === 'lane' ? lane : readCounter(db, keys.account)) ?? untouched;
  const fullAt = readSource(db, keys.source);
  return { name, counter, fullAt, refused: refuseTry(counter, fullAt, rules, time) };
}

export function reserveTry(
  db: DatabaseSync,
  keys: TryKeys,
  rules: ThrottleRules,
  time: number,
): TryReserved | TryRefused {
  const { name, counter, fullAt, refused } = lookAtTry(db, keys, rules, time);
  if (refused !== undefined) return refused;
  writeCounter(db, keys[name], takeTry(counter, rules, time), time);
  writeSource(db, keys.source, takeFromSource(fullAt, rules, time));
  return { admitted: true, keys, counter: name, previous: counter.last, last: time };
}

export function giveBackTries(db: DatabaseSync, time: number): number {
  const giveBack = statement(
    db,
    `UPDATE try_counters SET failures = max(failures - under_way, 0), under_way = 0
      WHERE under_way > 0 AND touched < ?`,
  );
  return Number(giveBack.run(storableTime(time, 'time')).changes);
}

export function unlockUser(
  db: DatabaseSync,
  userId: string,
  account: Uint8Array,
  act: Act,
): 'unlocked' | 'not_locked' | 'not_found' {
  if (findUserById(db, userId) === undefined) return 'not_found';
  const [hadCounter, wasLocked] = [forgetCounter(db, account), setLock(db, userId, null)];
  if (!hadCounter && !wasLocked) return 'not_locked';
  appendEvent(db, entries.userUnlocked(userId), act);
  return 'unlocked';
}

export function forgetTries(db: DatabaseSync, time: number, most: number, limit: number): number {
  checkLimit(limit, longestBatch);
  if (!Number.isInteger(most) || most < 0) throw new RangeError('most is 0 or more');
  const counters = forgetOldest(db, 'try_counters', 'touched', storableTime(time, 'time') - 1, most, limit);
  return counters + forgetOldest(db, 'try_sources', 'full_at', time, most, limit - counters);
}

/** Forgets what is from `upTo` or before, and what is beyond `most`. */
function forgetOldest(
  db: DatabaseSync,
  table: string,
  column: string,
  upTo: number,
  most: number,
  limit: number,
): number {
  const count = (sql: string, ...values: number[]) => Number(statement(db, sql).get(...values)?.rows);
  const surplus = count(`SELECT count(*) AS rows FROM ${table}`) - most;
  const old = count(
    `SELECT count(*) AS rows FROM (SELECT 1 FROM ${table} WHERE ${column} <= ? LIMIT ?)`,
    upTo,
    limit,
  );
  const forget = `DELETE FROM ${table} WHERE key IN (SELECT key FROM ${table} ORDER BY ${column} LIMIT ?)`;
  return Number(statement(db, forget).run(Math.min(Math.max(surplus, old), limit)).changes);
}
