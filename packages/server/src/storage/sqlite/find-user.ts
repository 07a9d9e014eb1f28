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

function findUserWhere(db: DatabaseSync, where: string, value: string): UserRecord | undefined {
  if (!isStorable(value)) return undefined;
  const row = statement(db, `SELECT ${userColumns} FROM users WHERE ${where}`).get(value);
  return row === undefined ? undefined : toUser(row as unknown as UserRow);
}
