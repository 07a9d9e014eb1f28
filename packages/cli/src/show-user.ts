import type { V4UserListItem } from 'giantswarm';
import { lines, showTime, table } from './table.ts';

/** The parts of a user that commands show; the wire's names. */
export type ShownUser = Pick<
  V4UserListItem,
  'email' | 'created' | 'expiry' | 'admin' | 'disabled' | 'groups'
>;

/** One user as lines of name and value. */
export function showUser(user: ShownUser, more: Readonly<Record<string, string>> = {}): string {
  return lines({
    email: String(user.email),
    role: roleOf(user),
    ...(user.groups?.length ? { groups: user.groups.join(', ') } : {}),
    created: String(user.created),
    expires: showTime(user.expiry),
    ...more,
  });
}

/** Many users as a table. */
export function showUsers(users: readonly ShownUser[]): string {
  const rows = users.map((user) => [
    String(user.email),
    roleOf(user),
    String(user.created),
    showTime(user.expiry),
  ]);
  return table(['EMAIL', 'ROLE', 'CREATED', 'EXPIRES'], rows);
}

function roleOf({ admin, disabled }: ShownUser): string {
  return `${admin ? 'administrator' : 'user'}${disabled ? ', disabled' : ''}`;
}
