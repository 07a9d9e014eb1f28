import type { DatabaseSync } from 'node:sqlite';
import type { EndedToken, TokenWithUser, UserRecord } from '../records.ts';
import { statement } from './connection.ts';
import { checkLimit, longestPage } from './page.ts';
import {
  type EndedTokenRow,
  endedTokenColumns,
  type TokenRow,
  toEndedToken,
  tokenWithUserColumns,
  toTokenWithUser,
  toUser,
  type UserRow,
  userColumns,
} from './rows.ts';
import { isStorable, storable } from './text.ts';

/** All digests in one statement, so that a token which changes its key in between isn't missed under both. */
export function findToken(db: DatabaseSync, digests: readonly Uint8Array[]): TokenWithUser | undefined {
  if (digests.length === 0) return undefined;
  const row = statement(db, selectToken(digests.length)).get(...digests);
  return row === undefined ? undefined : toTokenWithUser(row as unknown as TokenRow & UserRow);
}

// This is the path of every verification: the text, and its hash in the cache of statements, is made once.
const selects: string[] = [];

function selectToken(digests: number): string {
  selects[digests] ??= `SELECT ${tokenWithUserColumns} FROM tokens t JOIN users u ON u.id = t.user_id
    WHERE t.digest IN (${Array(digests).fill('?').join(', ')})`;
  return selects[digests];
}

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
