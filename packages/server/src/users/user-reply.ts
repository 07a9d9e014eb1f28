import { formatTime } from '../rfc3339.ts';
import type { UserRecord } from '../storage/records.ts';

/** A user as others may see it: never the password hash. */
export function userReply(user: UserRecord, now: number) {
  return {
    email: user.email,
    created: formatTime(user.created),
    expiry: formatTime(user.expiry),
    admin: user.admin,
    disabled: user.disabled,
    groups: [...user.groups],
    locked_until: locked(user.lockedUntil ?? null, now),
  };
}

function locked(until: number | null, now: number): string | null {
  return until === null || until <= now ? null : formatTime(until);
}
