import { FOREVER, type ThrottleRules, waitAfter } from './throttle-store.ts';

/** The arithmetic of the throttle: one place for every engine. Times are milliseconds since 1970. */

/**
 * The earliest time at which a counter with so many failures, the last of them then, lets a next try through. What lies
 * further ahead than any wait was written while a clock was wrong: nobody has to wait until it is right.
 */
export function nextTry(failures: number, last: number | null, rules: ThrottleRules, time: number): number {
  if (failures >= rules.mostFailures) return FOREVER;
  if (failures < rules.freeFailures || last === null || last - time > rules.longestWait) return 0;
  return last + waitAfter(failures, rules);
}

/**
 * A source as a leaky bucket in one number, the time at which it is full again (GCRA): each try moves it on by a period,
 * and it may be as far ahead as the whole bucket takes. Null: full. Never more than empty, also after a wrong clock.
 */
export function nextTryOfSource(fullAt: number | null, rules: ThrottleRules, time: number): number {
  return takeFromSource(fullAt, rules, time) - rules.sourceBurst * rules.sourcePeriod;
}

export function takeFromSource(fullAt: number | null, rules: ThrottleRules, time: number): number {
  const empty = time + rules.sourceBurst * rules.sourcePeriod;
  return Math.min(Math.max(fullAt ?? time, time), empty) + rules.sourcePeriod;
}

/** Whether a lane whose last login was then is still known. */
export function isKnown(login: number | null, rules: ThrottleRules, time: number): boolean {
  return login !== null && login + rules.laneLifetime > time;
}

const FINGERPRINT_BYTES = 4;
const MOST_FINGERPRINTS = 8;

/** Whether the fingerprint is among these, and these with it as the latest. */
export function addFingerprint(
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
