import { formatTime } from '../rfc3339.ts';
import type { UserRecord } from '../storage/records.ts';

/** A user as others may see it: never the password hash. */
export function userReply(user: UserRecord) {
  return {
    email: user.email,
    created: formatTime(user.created),
    expiry: formatTime(user.expiry),
    admin: user.admin,
    disabled: user.disabled,
    groups: [...user.groups],
  };
}
