import type { DatabaseSync } from 'node:sqlite';
import type { UserRecord } from '../records.ts';
import { toUser, type UserRow, userColumns } from '../rows.ts';
import { isStorable } from '../text.ts';
import { statement } from './connection.ts';

export function findUserById(db: DatabaseSync, id: string): UserRecord | undefined {
  return findUserWhere(db, 'id = ?', id);
}

export function findUserByCanonicalEmail(db: DatabaseSync, email: string): UserRecord | undefined {
  return findUserWhere(db, 'canonical_email = ?', email);
}

export function findEmails(db: DatabaseSync, ids: readonly string[]): Map<string, string> {
  const find = statement(db, 'SELECT id, email FROM users WHERE id IN (SELECT value FROM json_each(?))');
  const rows = find.all(JSON.stringify(ids.filter(isStorable))) as unknown as Pick<UserRow, 'id' | 'email'>[];
  return new Map(rows.map(({ id, email }) => [id, email]));
}

function findUserWhere(db: DatabaseSync, where: string, value: string): UserRecord | undefined {
  if (!isStorable(value)) return undefined;
  const row = statement(db, `SELECT ${userColumns} FROM users WHERE ${where}`).get(value);
  return row === undefined ? undefined : toUser(row as unknown as UserRow);
}
