import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { UserRecord } from '../records.ts';
import type { Store } from '../store.ts';
import type { ThrottleRules, TryKeys, TryOutcome, TryReserved } from '../throttle-store.ts';
import { act, now } from './samples.ts';

export const rules: ThrottleRules = {
  freeFailures: 5,
  firstWait: 1_000,
  longestWait: 6_000,
  mostFailures: 12,
  laneLifetime: 100_000,
  sourceBurst: 1_000,
  sourcePeriod: 10,
};

export function keysOf(account: string, source: string, password = 'wrong'): TryKeys {
  const digest = (...parts: string[]) =>
    new Uint8Array(createHash('sha256').update(JSON.stringify(parts)).digest()).subarray(0, 16);
  return {
    account: digest('account', account),
    source: digest('source', source),
    lane: digest('lane', account, source),
    fingerprint: digest('password', account, password).subarray(0, 4),
  };
}

let passwords = 0;

/** A password that nobody has tried before. */
export function newPassword(): string {
  passwords += 1;
  return `password ${passwords}`;
}

/** One somebody who tries passwords. */
export interface Guesser {
  readonly store: Store;
  /** The e-mail, in effect. */
  readonly account: string;
  readonly source: string;
  readonly user: UserRecord | undefined;
}

export async function reserve(
  { store, account, source }: Guesser,
  password: string,
  time = now,
): Promise<TryReserved> {
  const reserved = await store.reserveTry(keysOf(account, source, password), rules, time);
  assert.ok(reserved.admitted, 'the try is admitted');
  return reserved;
}

export async function refusedUntil(
  { store, account, source }: Guesser,
  time = now,
): Promise<number | undefined> {
  const answer = await store.reserveTry(keysOf(account, source, newPassword()), rules, time);
  if (!answer.admitted) return answer.retryAt;
  await store.settleTry(answer, { outcome: 'abandoned' }, rules, { ...act, time });
  return undefined;
}

export function settle(
  { store, user }: Guesser,
  reserved: TryReserved,
  outcome: TryOutcome['outcome'],
  time = now,
): Promise<void> {
  const userId = user?.id ?? null;
  const said: TryOutcome =
    outcome === 'failed'
      ? { outcome, userId, reason: userId === null ? 'unknown_user' : 'wrong_password' }
      : outcome === 'succeeded'
        ? { outcome, userId: userId ?? '' }
        : { outcome };
  return store.settleTry(reserved, said, rules, { ...act, time });
}

export async function fail(guesser: Guesser, password = newPassword(), time = now): Promise<void> {
  await settle(guesser, await reserve(guesser, password, time), 'failed', time);
}

export async function succeed(guesser: Guesser, time = now): Promise<void> {
  await settle(guesser, await reserve(guesser, 'right', time), 'succeeded', time);
}

export async function failTimes(guesser: Guesser, times: number, time = now): Promise<void> {
  for (let n = 0; n < times; n += 1) await fail(guesser, newPassword(), time);
}
