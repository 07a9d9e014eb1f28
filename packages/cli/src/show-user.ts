import type { V4UserListItem } from 'giantswarm';

const NEVER = '0001-01-01T00:00:00Z';

/** The parts of a user that commands show; the wire's names. */
export type ShownUser = Pick<V4UserListItem, 'email' | 'created' | 'expiry' | 'admin' | 'disabled'>;

/** One user as lines of name and value. */
export function showUser(user: ShownUser): string {
  return [
    `email     ${user.email}`,
    `role      ${roleOf(user)}`,
    `created   ${user.created}`,
    `expires   ${expiryOf(user)}`,
  ].join('\n');
}

/** Many users as a table. */
export function showUsers(users: readonly ShownUser[]): string {
  const rows = users.map((user) => [String(user.email), roleOf(user), String(user.created), expiryOf(user)]);
  const table = [['EMAIL', 'ROLE', 'CREATED', 'EXPIRES'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  return table
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n');
}

function roleOf({ admin, disabled }: ShownUser): string {
  return `${admin ? 'administrator' : 'user'}${disabled ? ', disabled' : ''}`;
}

function expiryOf({ expiry }: ShownUser): string {
  return expiry === NEVER ? 'never' : String(expiry);
}
