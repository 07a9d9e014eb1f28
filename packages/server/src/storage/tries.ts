import {
  FOREVER,
  type ThrottleRules,
  type TryRefused,
  type TryReserved,
  waitAfter,
} from './throttle-store.ts';

/** The arithmetic of the throttle: one place for every engine. Times are milliseconds since 1970. */

/** A counter of failures in a row: of an account, or of a lane. */
export interface Counter {
  /** With those under way. */
  readonly failures: number;
  readonly underWay: number;
  readonly last: number | null;
  /** Of the latest wrong passwords, four bytes each. */
  readonly fingerprints: Uint8Array;
  /** A lane's last login. */
  readonly known: number | null;
}

export const untouched: Counter = {
  failures: 0,
  underWay: 0,
  last: null,
  fingerprints: new Uint8Array(),
  known: null,
};

/** Whether it says nothing: then it needs no row. */
export function saysNothing({ failures, underWay, known, fingerprints }: Counter): boolean {
  return failures === 0 && underWay === 0 && known === null && fingerprints.length === 0;
}

/** With one try more under way, which counts as a failure until it is settled. */
export function takeTry(counter: Counter, rules: ThrottleRules, time: number): Counter {
  // Who has waited is alone: what was under way before has been settled, or its process has died.
  const underWay = counter.failures >= rules.freeFailures ? 1 : counter.underWay + 1;
  return { ...counter, failures: counter.failures + 1, underWay, last: time };
}

/** As if the try had never been made. */
export function abandonTry(counter: Counter, reserved: TryReserved): Counter {
  return giveBack(settled(counter), reserved);
}

/** The try has failed. A password that was tried before counts once: `isNew` is false then. */
export function failTry(
  counter: Counter,
  reserved: TryReserved,
): { readonly counter: Counter; readonly isNew: boolean } {
  const { isRepeated, fingerprints } = addFingerprint(counter.fingerprints, reserved.keys.fingerprint);
  const after = isRepeated ? giveBack(settled(counter), reserved) : keepTime(settled(counter), reserved);
  return { counter: { ...after, fingerprints }, isNew: !isRepeated };
}

/** Until when an account is closed to unknown devices, by the failures that are certain; undefined: it is open. */
export function lockAfter(
  { failures: all, underWay, last }: Counter,
  rules: ThrottleRules,
  time: number,
): { readonly until: number; readonly failures: number } | undefined {
  // Those under way may be the same password once more.
  const failures = all - underWay;
  return failures < Math.min(rules.freeFailures, rules.mostFailures)
    ? undefined
    : { until: nextTry(failures, last, rules, time), failures };
}

function settled(counter: Counter): Counter {
  return { ...counter, underWay: Math.max(counter.underWay - 1, 0) };
}

function giveBack(counter: Counter, { previous, last }: TryReserved): Counter {
  return {
    ...counter,
    failures: Math.max(counter.failures - 1, 0),
    last: counter.last === last ? previous : counter.last,
  };
}

/** Another try of the same instant, given back, may have taken the time with it. */
function keepTime(counter: Counter, { last }: TryReserved): Counter {
  return { ...counter, last: Math.max(counter.last ?? last, last) };
}

/**
 * The earliest time at which a counter with so many failures, the last of them then, lets a next try through. What lies
 * further ahead than any wait was written while a clock was wrong: nobody has to wait until it is right.
 */
function nextTry(failures: number, last: number | null, rules: ThrottleRules, time: number): number {
  if (failures >= rules.mostFailures) return FOREVER;
  if (failures < rules.freeFailures || last === null || last - time > rules.longestWait) return 0;
  return last + waitAfter(failures, rules);
}

/**
 * A source as a leaky bucket in one number, the time at which it is full again (GCRA): each try moves it on by a period,
 * and it may be as far ahead as the whole bucket takes. Null: full, and so is what lies ahead by more than any wait: it was
 * written while a clock was wrong. By less, it is no further behind than empty: the clocks of nodes differ.
 */
function nextTryOfSource(fullAt: number | null, rules: ThrottleRules, time: number): number {
  return takeFromSource(fullAt, rules, time) - rules.sourceBurst * rules.sourcePeriod;
}

export function takeFromSource(fullAt: number | null, rules: ThrottleRules, time: number): number {
  const empty = time + rules.sourceBurst * rules.sourcePeriod;
  if (fullAt === null || fullAt > empty + rules.longestWait) return time + rules.sourcePeriod;
  return Math.min(Math.max(fullAt, time), empty) + rules.sourcePeriod;
}

/** Why one more try may not be made, by the counter that counts and what its source says; undefined: it may. */
export function refuseTry(
  { failures, last }: Counter,
  fullAt: number | null,
  rules: ThrottleRules,
  time: number,
): TryRefused | undefined {
  const ofSource = nextTryOfSource(fullAt, rules, time);
  const retryAt = Math.max(nextTry(failures, last, rules, time), ofSource);
  if (retryAt <= time) return undefined;
  return { admitted: false, retryAt, sourceRetryAt: ofSource > time ? ofSource : null };
}

/** Whether a lane whose last login was then is still known. */
export function isKnown(login: number | null, rules: ThrottleRules, time: number): boolean {
  return login !== null && login + rules.laneLifetime > time;
}

const FINGERPRINT_BYTES = 4;
const MOST_FINGERPRINTS = 8;

/** Whether the fingerprint is among these, and these with it as the latest. */
function addFingerprint(
  fingerprints: Uint8Array,
  added: Uint8Array,
): { isRepeated: boolean; fingerprints: Uint8Array } {
  const kept: Uint8Array[] = [];
  for (let at = 0; at < fingerprints.length; at += FINGERPRINT_BYTES) {
    const one = fingerprints.subarray(at, at + FINGERPRINT_BYTES);
    if (Buffer.compare(one, added) !== 0) kept.push(one);
  }
  const isRepeated = kept.length * FINGERPRINT_BYTES < fingerprints.length;
  const latest = [added, ...kept].slice(0, MOST_FINGERPRINTS);
  return { isRepeated, fingerprints: Uint8Array.from(Buffer.concat(latest)) };
}
