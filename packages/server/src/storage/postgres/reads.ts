import type { EndedToken, TokenWithUser, UserRecord } from '../records.ts';
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
} from '../rows.ts';
import { isStorable, storable } from '../text.ts';
import type { Database } from './database.ts';

/**
 * The read of every verification. All digests are in one statement, so that a token which changes its key in between
 * isn't missed under both. (As one parameter each: PostgreSQL takes twice as long for an array of them.)
 */
export async function findToken(
  database: Database,
  digests: readonly Uint8Array[],
): Promise<TokenWithUser | undefined> {
  if (digests.length === 0) return undefined;
  const [row] = await database.read<TokenRow & UserRow>(selectToken(digests.length), digests);
  return row === undefined ? undefined : toTokenWithUser(row);
}

// The text is made once.
const selects: string[] = [];

function selectToken(digests: number): string {
  const parameters = Array.from({ length: digests }, (_, n) => `$${n + 1}`).join(', ');
  selects[digests] ??= `SELECT ${tokenWithUserColumns} FROM tokens t JOIN users u ON u.id = t.user_id
    WHERE t.digest IN (${parameters})`;
  return selects[digests];
}

export function findUserById(database: Database, id: string): Promise<UserRecord | undefined> {
  return findUserWhere(database, 'id = $1', id);
}

export function findUserByCanonicalEmail(database: Database, email: string): Promise<UserRecord | undefined> {
  return findUserWhere(database, 'canonical_email = $1', email);
}

export async function findEmails(database: Database, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await database.read<Pick<UserRow, 'id' | 'email'>>(
    'SELECT id, email FROM users WHERE id = ANY($1::text[])',
    [ids.filter(isStorable)],
  );
  return new Map(rows.map(({ id, email }) => [id, email]));
}

async function findUserWhere(
  database: Database,
  where: string,
  value: string,
): Promise<UserRecord | undefined> {
  if (!isStorable(value)) return undefined;
  const [row] = await database.read<UserRow>(`SELECT ${userColumns} FROM users WHERE ${where}`, [value]);
  return row === undefined ? undefined : toUser(row);
}

export async function listUsers(
  database: Database,
  page: { after: string; limit: number },
): Promise<UserRecord[]> {
  const rows = await database.read<UserRow>(
    `SELECT ${userColumns} FROM users WHERE canonical_email > $1 ORDER BY canonical_email LIMIT $2`,
    [storable(page.after, 'after'), page.limit],
  );
  return rows.map(toUser);
}

export async function findEndedToken(database: Database, id: string): Promise<EndedToken | undefined> {
  if (!isStorable(id)) return undefined;
  const [row] = await database.read<EndedTokenRow>(
    `SELECT ${endedTokenColumns} FROM ended_tokens WHERE id = $1`,
    [id],
  );
  return row === undefined ? undefined : toEndedToken(row);
}

export async function ping(database: Database): Promise<void> {
  await database.read('SELECT 1 FROM users LIMIT 1');
}
