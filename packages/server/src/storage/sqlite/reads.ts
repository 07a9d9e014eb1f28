import type { DatabaseSync } from 'node:sqlite';
import { checkLimit, longestPage } from '../page.ts';
import type { EndedToken, UserRecord } from '../records.ts';
import {
  type EndedTokenRow,
  endedTokenColumns,
  toEndedToken,
  toUser,
  type UserRow,
  userColumns,
} from '../rows.ts';
import { isStorable, storable } from '../text.ts';
import { statement } from './connection.ts';

export function findEndedToken(db: DatabaseSync, id: string): EndedToken | undefined {
  if (!isStorable(id)) return undefined;
  const row = statement(db, `SELECT ${endedTokenColumns} FROM ended_tokens WHERE id = ?`).get(id);
  return row === undefined ? undefined : toEndedToken(row as unknown as EndedTokenRow);
}

export function listUsers(db: DatabaseSync, page: { after: string; limit: number }): UserRecord[] {
  // BINARY collation compares UTF-8 bytes.
  const rows = statement(
    db,
    `SELECT ${userColumns} FROM users WHERE canonical_email > ? ORDER BY canonical_email LIMIT ?`,
  ).all(storable(page.after, 'after'), checkLimit(page.limit, longestPage));
  return rows.map((row) => toUser(row as unknown as UserRow));
}

export function ping(db: DatabaseSync): void {
  statement(db, 'SELECT 1 FROM users LIMIT 1').get();
}
