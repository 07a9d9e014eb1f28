import { entries } from '../audit-entry.ts';
import type { Act } from '../records.ts';
import { isStorable, storableTime } from '../text.ts';
import type { ThrottleRules, TryKeys, TryOutcome, TryRefused, TryReserved } from '../throttle-store.ts';
import {
  abandonTry,
  failTry,
  isKnown,
  lockAfter,
  refuseTry,
  takeFromSource,
  takeTry,
  untouched,
} from '../tries.ts';
import type { Session } from './connections.ts';
import { lockAccount, lockTry, lockUser } from './locks.ts';
import type { Transaction } from './transaction.ts';
import { forgetCounter, readTries, type Tries, writeCounter, writeSource } from './try-rows.ts';

/** Which counter counts and what it and the source say. Reads only: a refusal needs no more. */
export async function lookAtTry(
  session: Pick<Session, 'query'>,
  keys: TryKeys,
  rules: ThrottleRules,
  time: number,
) {
  storableTime(time, 'time');
  const tries = await readTries(session, keys);
  const name: 'lane' | 'account' = isKnown(tries.lane?.known ?? null, rules, time) ? 'lane' : 'account';
  const counter = tries[name] ?? untouched;
  const { fullAt } = tries;
  return { name, counter, fullAt, refused: refuseTry(counter, fullAt, rules, time) };
}

export async function reserveTry(
  transaction: Transaction,
  keys: TryKeys,
  rules: ThrottleRules,
  time: number,
): Promise<TryReserved | TryRefused> {
  await lockTry(transaction, keys);
  const { name, counter, fullAt, refused } = await lookAtTry(transaction, keys, rules, time);
  if (refused !== undefined) return refused;
  await writeCounter(transaction, keys[name], takeTry(counter, rules, time), time);
  await writeSource(transaction, keys.source, takeFromSource(fullAt, rules, time));
  return { admitted: true, keys, counter: name, previous: counter.last, last: time };
}

export async function settleTry(
  transaction: Transaction,
  reserved: TryReserved,
  outcome: TryOutcome,
  rules: ThrottleRules,
  act: Act,
): Promise<void> {
  storableTime(act.time, 'time');
  const { keys } = reserved;
  await lockTry(transaction, keys);
  const tries = await readTries(transaction, keys);
  if (outcome.outcome === 'failed') {
    await fail(transaction, reserved, tries, outcome, rules, act);
    return;
  }
  if (tries.fullAt !== null) await writeSource(transaction, keys.source, tries.fullAt - rules.sourcePeriod);
  if (outcome.outcome === 'succeeded') await succeed(transaction, reserved, outcome.userId, act);
  else await abandon(transaction, reserved, tries, act);
}

async function succeed(
  transaction: Transaction,
  { keys, counter }: TryReserved,
  userId: string,
  act: Act,
): Promise<void> {
  await writeCounter(transaction, keys.lane, { ...untouched, known: act.time }, act.time);
  if (counter === 'lane') return;
  await forgetCounter(transaction, keys.account);
  if (await setLock(transaction, userId, null)) transaction.leave(entries.userUnlocked(userId), act);
}

async function fail(
  transaction: Transaction,
  reserved: TryReserved,
  tries: Tries,
  outcome: Extract<TryOutcome, { outcome: 'failed' }>,
  rules: ThrottleRules,
  act: Act,
): Promise<void> {
  transaction.leave(entries.loginFailed(outcome), act);
  const before = tries[reserved.counter];
  // Forgotten meanwhile: then nothing counts.
  if (before === undefined) return;
  const { counter, isNew } = failTry(before, reserved);
  await writeCounter(transaction, reserved.keys[reserved.counter], counter, act.time);
  if (!isNew || reserved.counter === 'lane' || outcome.userId === null) return;
  const lock = lockAfter(counter, rules, act.time);
  if (lock !== undefined && (await setLock(transaction, outcome.userId, lock.until))) {
    transaction.leave(entries.userLocked(outcome.userId, lock.until, lock.failures), act);
  }
}

async function abandon(
  transaction: Transaction,
  reserved: TryReserved,
  tries: Tries,
  act: Act,
): Promise<void> {
  const counter = tries[reserved.counter];
  if (counter === undefined) return;
  const after = abandonTry(counter, reserved);
  await writeCounter(transaction, reserved.keys[reserved.counter], after, act.time);
}

/** False when the user has it already, or is gone. */
async function setLock(transaction: Transaction, userId: string, until: number | null): Promise<boolean> {
  if (!isStorable(userId)) return false;
  const set = await transaction.query(
    'UPDATE users SET locked_until = $1 WHERE id = $2 AND locked_until IS DISTINCT FROM $1 RETURNING 1',
    [until, userId],
  );
  return set.length > 0;
}

export async function unlockUser(
  transaction: Transaction,
  userId: string,
  account: Uint8Array,
  act: Act,
): Promise<'unlocked' | 'not_locked' | 'not_found'> {
  await lockAccount(transaction, account);
  if ((await lockUser(transaction, userId)) === undefined) return 'not_found';
  const hadCounter = await forgetCounter(transaction, account);
  const wasLocked = await setLock(transaction, userId, null);
  if (!hadCounter && !wasLocked) return 'not_locked';
  transaction.leave(entries.userUnlocked(userId), act);
  return 'unlocked';
}

export async function giveBackTries(session: Session, time: number): Promise<number> {
  const touched = await session.query(
    `UPDATE try_counters SET failures = greatest(failures - under_way, 0), under_way = 0
      WHERE key IN (SELECT key FROM try_counters WHERE under_way > 0 AND touched < $1 FOR UPDATE SKIP LOCKED)
      RETURNING 1`,
    [storableTime(time, 'time')],
  );
  return touched.length;
}
