import type { UserRecord } from '../storage/records.ts';

/** Something that expires has expired at the very instant of its expiry, not after it. */
export function hasExpired(expiry: number | null, now: number): boolean {
  return expiry !== null && expiry <= now;
}

/** Whether a user may act at all. */
export function isAble(user: UserRecord, now: number): boolean {
  return !user.disabled && !hasExpired(user.expiry, now);
}
