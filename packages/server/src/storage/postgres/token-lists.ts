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
import type { Database } from './database.ts';

const everythingOfToken = `SELECT ${tokenWithUserColumns}, ${useColumns}
  FROM tokens t JOIN users u ON u.id = t.user_id JOIN token_uses s ON s.token = t.n`;

type EverythingOfToken = TokenRow & UserRow & UseRow;

function toEverythingOfToken(row: EverythingOfToken): TokenWithUser & ListedToken {
  return { ...toTokenWithUser(row), lastUsed: toUse(row) };
}

export async function findTokenById(
  database: Database,
  id: string,
): Promise<(TokenWithUser & ListedToken) | undefined> {
  if (!isStorable(id)) return undefined;
  const [row] = await database.read<EverythingOfToken>(`${everythingOfToken} WHERE t.id = $1`, [id]);
  return row === undefined ? undefined : toEverythingOfToken(row);
}

export async function scanTokens(
  database: Database,
  page: { after: string; limit: number },
): Promise<(TokenWithUser & ListedToken)[]> {
  const rows = await database.read<EverythingOfToken>(
    `${everythingOfToken} WHERE t.id > $1 ORDER BY t.id LIMIT $2`,
    [storable(page.after, 'after'), page.limit],
  );
  return rows.map(toEverythingOfToken);
}

export async function listTokens(
  database: Database,
  userId: string,
  page: { after: TokenPosition | null; limit: number },
): Promise<ListedToken[]> {
  if (!isStorable(userId)) return [];
  const { created, id } = page.after ?? { created: Number.MIN_SAFE_INTEGER, id: '' };
  const rows = await database.read<TokenRow & UseRow>(
    `SELECT ${tokenColumns}, ${useColumns} FROM tokens t JOIN token_uses s ON s.token = t.n
      WHERE user_id = $1 AND (created, id) > ($2, $3) ORDER BY created, id LIMIT $4`,
    [userId, created, storable(id, 'after'), page.limit],
  );
  return rows.map(toListedToken);
}

export async function listEndedTokens(
  database: Database,
  userId: string,
  limit: number,
): Promise<EndedToken[]> {
  if (!isStorable(userId)) return [];
  // The order of the endings, not of their times: a clock may have been set back.
  const rows = await database.read<EndedTokenRow>(
    `SELECT ${endedTokenColumns} FROM ended_tokens WHERE user_id = $1 ORDER BY seq DESC LIMIT $2`,
    [userId, limit],
  );
  return rows.map(toEndedToken);
}
