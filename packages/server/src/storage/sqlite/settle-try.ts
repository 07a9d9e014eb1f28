import type { DatabaseSync } from 'node:sqlite';
import { entries } from '../audit-entry.ts';
import type { Act } from '../records.ts';
import { storableTime } from '../text.ts';
import type { ThrottleRules, TryOutcome, TryReserved } from '../throttle-store.ts';
import { abandonTry, failTry, lockAfter, untouched } from '../tries.ts';
import { appendEvent } from './audit-chain.ts';
import { forgetCounter, readCounter, readSource, setLock, writeCounter, writeSource } from './try-rows.ts';

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
  else abandon(db, reserved, act);
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
  const key = reserved.keys[reserved.counter];
  const before = readCounter(db, key);
  // Forgotten meanwhile: then nothing counts.
  if (before === undefined) return;
  const { counter, isNew } = failTry(before, reserved);
  writeCounter(db, key, counter, act.time);
  if (!isNew || reserved.counter === 'lane' || outcome.userId === null) return;
  const lock = lockAfter(counter, rules, act.time);
  if (lock !== undefined && setLock(db, outcome.userId, lock.until)) {
    appendEvent(db, entries.userLocked(outcome.userId, lock.until, lock.failures), act);
  }
}

function abandon(db: DatabaseSync, reserved: TryReserved, act: Act): void {
  const key = reserved.keys[reserved.counter];
  const counter = readCounter(db, key);
  if (counter !== undefined) writeCounter(db, key, abandonTry(counter, reserved), act.time);
}

function giveBackToSource(db: DatabaseSync, source: Uint8Array, rules: ThrottleRules): void {
  const fullAt = readSource(db, source);
  if (fullAt !== null) writeSource(db, source, fullAt - rules.sourcePeriod);
}
