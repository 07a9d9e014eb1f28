import type { DatabaseSync } from 'node:sqlite';
import { entries } from '../audit-entry.ts';
import type { Act } from '../records.ts';
import { storableTime } from '../text.ts';
import type { ThrottleRules, TryOutcome, TryReserved } from '../throttle-store.ts';
import { addFingerprint, nextTry } from '../tries.ts';
import { appendEvent } from './audit-chain.ts';
import {
  type Counter,
  forgetCounter,
  readCounter,
  readSource,
  setLock,
  untouched,
  writeCounter,
  writeSource,
} from './try-rows.ts';

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
    return { ...(isRepeated ? giveBack(before, reserved) : before), fingerprints };
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

function giveBackToSource(db: DatabaseSync, source: Uint8Array, rules: ThrottleRules): void {
  const fullAt = readSource(db, source);
  if (fullAt !== null) writeSource(db, source, fullAt - rules.sourcePeriod);
}
