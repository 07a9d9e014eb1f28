import type { DatabaseSync } from 'node:sqlite';
import { checkLimit, longestPage } from '../page.ts';
import type { EndedToken, ListedToken, TokenWithUser } from '../records.ts';
import {
  type EndedTokenRow,
  endedTokenColumns,
  type TokenRow,
  toEndedToken,
  tokenColumns,
  tokenWithUserColumns,
  toListedToken,
  toTokenWithUser,
  toUse,
  type UseRow,
  type UserRow,
  useColumns,
} from '../rows.ts';
import type { TokenPosition } from '../store.ts';
import { isStorable, storable } from '../text.ts';
import { statement } from './connection.ts';

const everythingOfToken = `SELECT ${tokenWithUserColumns}, ${useColumns}
  FROM tokens t JOIN users u ON u.id = t.user_id JOIN token_uses s ON s.token = t.n`;

function toEverythingOfToken(row: unknown): TokenWithUser & ListedToken {
  const all = row as TokenRow & UserRow & UseRow;
  return { ...toTokenWithUser(all), lastUsed: toUse(all) };
}

export function findTokenById(db: DatabaseSync, id: string): (TokenWithUser & ListedToken) | undefined {
  if (!isStorable(id)) return undefined;
  const row = statement(db, `${everythingOfToken} WHERE t.id = ?`).get(id);
  return row === undefined ? undefined : toEverythingOfToken(row);
}

export function scanTokens(
  db: DatabaseSync,
  page: { after: string; limit: number },
): (TokenWithUser & ListedToken)[] {
  const rows = statement(db, `${everythingOfToken} WHERE t.id > ? ORDER BY t.id LIMIT ?`).all(
    storable(page.after, 'after'),
    checkLimit(page.limit, longestPage),
  );
  return rows.map(toEverythingOfToken);
}

export function listTokens(
  db: DatabaseSync,
  userId: string,
  page: { after: TokenPosition | null; limit: number },
): ListedToken[] {
  const limit = checkLimit(page.limit, longestPage);
  if (!isStorable(userId)) return [];
  // The index knows (user_id, created); by id are sorted only the tokens of one millisecond.
  const { created, id } = page.after ?? { created: Number.MIN_SAFE_INTEGER, id: '' };
  const rows = statement(
    db,
    `SELECT ${tokenColumns}, ${useColumns} FROM tokens t JOIN token_uses s ON s.token = t.n
      WHERE user_id = ? AND created >= ? AND (created > ? OR id > ?) ORDER BY created, id LIMIT ?`,
  ).all(userId, created, created, storable(id, 'after'), limit);
  return rows.map((row) => toListedToken(row as unknown as TokenRow & UseRow));
}

export function listEndedTokens(db: DatabaseSync, userId: string, limit: number): EndedToken[] {
  checkLimit(limit, longestPage);
  if (!isStorable(userId)) return [];
  // The order of the endings, not of their times: a clock may have been set back.
  const rows = statement(
    db,
    `SELECT ${endedTokenColumns} FROM ended_tokens WHERE user_id = ? ORDER BY seq DESC LIMIT ?`,
  ).all(userId, limit);
  return rows.map((row) => toEndedToken(row as unknown as EndedTokenRow));
}
