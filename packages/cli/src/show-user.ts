import type { V4UserListItem } from 'giantswarm';
import { lines, table } from './table.ts';
import { showTime, type TimeOptions } from './times.ts';

/** The parts of a user that commands show; the wire's names. */
export type ShownUser = Pick<
  V4UserListItem,
  'email' | 'created' | 'expiry' | 'admin' | 'disabled' | 'groups' | 'locked_until'
>;

/** One user as lines of name and value. */
export function showUser(
  user: ShownUser,
  options: TimeOptions,
  more: Readonly<Record<string, string>> = {},
): string {
  return lines({
    email: String(user.email),
    role: roleOf(user),
    ...(user.groups?.length ? { groups: user.groups.join(', ') } : {}),
    created: showTime(user.created, options),
    expires: showTime(user.expiry, options),
    ...(user.locked_until ? { locked: `until ${showTime(user.locked_until, options)}` } : {}),
    ...more,
  });
}

/** Many users as a table. */
export function showUsers(users: readonly ShownUser[], options: TimeOptions): string {
  const rows = users.map((user) => [
    String(user.email),
    roleOf(user),
    showTime(user.created, options),
    showTime(user.expiry, options),
  ]);
  return table(['EMAIL', 'ROLE', 'CREATED', 'EXPIRES'], rows);
}

function roleOf({ admin, disabled, locked_until: locked }: ShownUser): string {
  return `${admin ? 'administrator' : 'user'}${disabled ? ', disabled' : ''}${locked ? ', locked' : ''}`;
}
