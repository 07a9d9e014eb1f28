import type { EndCause, UserRecord } from './records.ts';
import type { UserChange } from './store.ts';

/** What a change makes of a user, and what follows from it: one place for every engine. */

export function applyChange(before: UserRecord, change: UserChange): UserRecord {
  return {
    ...before,
    email: change.email?.email ?? before.email,
    canonicalEmail: change.email?.canonicalEmail ?? before.canonicalEmail,
    expiry: change.expiry === undefined ? before.expiry : change.expiry,
    admin: change.admin ?? before.admin,
    disabled: change.disabled ?? before.disabled,
    groups: change.groups ?? before.groups,
  };
}

/** Whether there is one administrator less afterwards. */
export function losesAdministrator(before: UserRecord, after: UserRecord): boolean {
  return isAbleAdministrator(before) && !isAbleAdministrator(after);
}

/** One who will not cease to be one by time alone. */
export function isAbleAdministrator(user: UserRecord): boolean {
  return user.admin && !user.disabled && user.expiry === null;
}

/** Why the user's tokens end with the change; undefined: they don't. */
export function endsTokens(
  before: UserRecord,
  after: UserRecord,
  change: UserChange,
  time: number,
): EndCause | undefined {
  const hasExpired = ({ expiry }: UserRecord): boolean => expiry !== null && expiry <= time;
  if (change.disabled === true) return 'user_disabled';
  // Also where the expiry is taken back: bringing a user back does not bring tokens back.
  if (hasExpired(before) || (change.expiry !== undefined && hasExpired(after))) return 'user_expired';
  return undefined;
}
