import type { DatabaseSync } from 'node:sqlite';
import { entries } from '../audit-entry.ts';
import type { Act } from '../records.ts';
import type { ThrottleRules, TryKeys, TryOutcome, TryRefused, TryReserved } from '../throttle-store.ts';
import { addFingerprint, isKnown, nextTry, nextTryOfSource, takeFromSource } from '../tries.ts';
import { appendEvent } from './audit-chain.ts';
import { statement } from './connection.ts';
import { findUserById } from './find-user.ts';
import { checkLimit, longestBatch } from './page.ts';
import { storableTime } from './text.ts';
import {
  type Counter,
  forgetCounter,
  readCounter,
  readSource,
  writeCounter,
  writeSource,
} from './try-rows.ts';

const untouched: Counter = {
  failures: 0,
  underWay: 0,
  last: null,
  fingerprints: new Uint8Array(),
  known: null,
};

/** Which counter counts and what it and the source say. Reads only: a refusal needs no more. */
export function lookAtTry(db: DatabaseSync, keys: TryKeys, rules: ThrottleRules, time: number) {
  storableTime(time, 'time');
  const lane = readCounter(db, keys.lane);
  const name: 'lane' | 'account' = isKnown(lane?.known ?? null, rules, time) ? 'lane' : 'account';
  const counter = (name === 'lane' ? lane : readCounter(db, keys.account)) ?? untouched;
  const fullAt = readSource(db, keys.source);
  const retryAt = Math.max(
    nextTry(counter.failures, counter.last, rules, time),
    nextTryOfSource(fullAt, rules, time),
  );
  return {
    name,
    counter,
    fullAt,
    refused: retryAt > time ? ({ admitted: false, retryAt } as const) : undefined,
  };
}

export function reserveTry(
  db: DatabaseSync,
  keys: TryKeys,
  rules: ThrottleRules,
  time: number,
): TryReserved | TryRefused {
  const { name, counter, fullAt, refused } = lookAtTry(db, keys, rules, time);
  if (refused !== undefined) return refused;
  const { failures, last: previous } = counter;
  // Who has waited is alone: what was under way before has been settled, or its process has died.
  const underWay = failures >= rules.freeFailures ? 1 : counter.underWay + 1;
  writeCounter(db, keys[name], { ...counter, failures: failures + 1, underWay, last: time }, time);
  writeSource(db, keys.source, takeFromSource(fullAt, rules, time));
  return { admitted: true, keys, counter: name, previous, last: time };
}

export function settleTry(
  db: DatabaseSync,
  reserved: TryReserved,
  outcome: TryOutcome,
  rules: ThrottleRules,
  act: Act,
): void {
  storableTime(act.time, 'time');
  if (outcome.outcome === 'failed') {
    fail(db, reserved, outcome, rules, act);
    return;
  }
  giveBackToSource(db, reserved.keys.source, rules);
  if (outcome.outcome === 'succeeded') succeed(db, reserved, outcome.userId, act);
  else changeCounter(db, reserved, act, (counter) => giveBack(counter, reserved));
}

function succeed(db: DatabaseSync, { keys, counter }: TryReserved, userId: string, act: Act): void {
  writeCounter(db, keys.lane, { ...untouched, known: act.time }, act.time);
  if (counter === 'lane') return;
  forgetCounter(db, keys.account);
  if (setLock(db, userId, null)) appendEvent(db, entries.userUnlocked(userId), act);
}

function fail(
  db: DatabaseSync,
  reserved: TryReserved,
  outcome: Extract<TryOutcome, { outcome: 'failed' }>,
  rules: ThrottleRules,
  act: Act,
): void {
  appendEvent(db, entries.loginFailed(outcome), act);
  let isNew = false;
  const counter = changeCounter(db, reserved, act, (before) => {
    const { isRepeated, fingerprints } = addFingerprint(before.fingerprints, reserved.keys.fingerprint);
    isNew = !isRepeated;
    return { ...(isRepeated ? giveBack(before, reserved) : keep(before, reserved)), fingerprints };
  });
  if (counter === undefined || !isNew || reserved.counter === 'lane' || outcome.userId === null) return;
  // Those under way may be the same password once more.
  const failures = counter.failures - counter.underWay;
  if (failures < rules.freeFailures) return;
  const until = nextTry(failures, counter.last, rules, act.time);
  if (setLock(db, outcome.userId, until)) {
    appendEvent(db, entries.userLocked(outcome.userId, until, failures), act);
  }
}

/** Undefined when it was forgotten meanwhile: then there is nothing to give back, and nothing that counts. */
function changeCounter(
  db: DatabaseSync,
  { keys, counter: name }: TryReserved,
  act: Act,
  change: (counter: Counter) => Counter,
): Counter | undefined {
  const before = readCounter(db, keys[name]);
  if (before === undefined) return undefined;
  const after = change({ ...before, underWay: Math.max(before.underWay - 1, 0) });
  writeCounter(db, keys[name], after, act.time);
  return after;
}

function giveBack(counter: Counter, { previous, last }: TryReserved): Counter {
  return {
    ...counter,
    failures: Math.max(counter.failures - 1, 0),
    last: counter.last === last ? previous : counter.last,
  };
}

/** Another try of the same instant, given back, may have taken the time with it. */
function keep(counter: Counter, { last }: TryReserved): Counter {
  return { ...counter, last: Math.max(counter.last ?? last, last) };
}

function giveBackToSource(db: DatabaseSync, source: Uint8Array, rules: ThrottleRules): void {
  const fullAt = readSource(db, source);
  if (fullAt !== null) writeSource(db, source, fullAt - rules.sourcePeriod);
}

/** False when the user has it already, or is gone. */
function setLock(db: DatabaseSync, userId: string, until: number | null): boolean {
  const lock = statement(db, 'UPDATE users SET locked_until = ?1 WHERE id = ?2 AND locked_until IS NOT ?1');
  return Number(lock.run(until, userId).changes) > 0;
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
