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

/** Whether `giveBackTries` would find any. */
export function hasTriesToGiveBack(db: DatabaseSync, time: number): boolean {
  const find = statement(db, 'SELECT 1 FROM try_counters WHERE under_way > 0 AND touched < ? LIMIT 1');
  return find.get(storableTime(time, 'time')) !== undefined;
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
  const counters = forgetOldest(db, 'try_counters', time, most, limit);
  return counters + forgetOldest(db, 'try_sources', time, most, limit - counters);
}

/** Whether `forgetTries` would forget any. */
export function hasTriesToForget(db: DatabaseSync, time: number, most: number): boolean {
  return (
    countOldest(db, 'try_counters', time, most, 1) > 0 || countOldest(db, 'try_sources', time, most, 1) > 0
  );
}

/** What counters and sources are as old as. */
const ages = { try_counters: 'touched', try_sources: 'full_at' } as const;

type Table = keyof typeof ages;

function forgetOldest(db: DatabaseSync, table: Table, time: number, most: number, limit: number): number {
  const forget = `DELETE FROM ${table} WHERE key IN (SELECT key FROM ${table} ORDER BY ${ages[table]} LIMIT ?)`;
  return Number(statement(db, forget).run(countOldest(db, table, time, most, limit)).changes);
}

/** How many are to be forgotten, as old or as beyond `most`; at most `limit`. A source that is full at `time` says nothing any more. */
function countOldest(db: DatabaseSync, table: Table, time: number, most: number, limit: number): number {
  if (!Number.isInteger(most) || most < 0) throw new RangeError('most is 0 or more');
  const upTo = storableTime(time, 'time') - (table === 'try_counters' ? 1 : 0);
  const count = (sql: string, ...values: number[]) => Number(statement(db, sql).get(...values)?.rows);
  const surplus = count(`SELECT count(*) AS rows FROM ${table}`) - most;
  const old = count(
    `SELECT count(*) AS rows FROM (SELECT 1 FROM ${table} WHERE ${ages[table]} <= ? LIMIT ?)`,
    upTo,
    limit,
  );
  return Math.min(Math.max(surplus, old), limit);
}
