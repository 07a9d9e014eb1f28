import { entries } from '../audit-entry.ts';
import type { Act, TokenRecord } from '../records.ts';
import type { TokenLimit } from '../store.ts';
import { scopesToText, storable, storableTime } from '../text.ts';
import { moveToEnded } from './end-tokens.ts';
import { lockUser, lockUserForReading } from './locks.ts';
import type { Transaction } from './transaction.ts';

export async function issueToken(
  transaction: Transaction,
  token: TokenRecord,
  verifiedHash: string,
  act: Act,
  limit?: TokenLimit,
): Promise<'issued' | 'stale' | 'too_many'> {
  // Who has to count the user's tokens does it alone.
  const user = await (limit === undefined ? lockUserForReading : lockUser)(transaction, token.userId);
  if (user === undefined || user.disabled || user.passwordHash !== verifiedHash) return 'stale';
  if (user.expiry !== null && user.expiry <= act.time) return 'stale';
  const values = [
    token.digest,
    storable(token.id, 'token id'),
    token.userId,
    storable(token.keyId, 'key id'),
    token.seal,
    storable(token.name, 'token name'),
    storableTime(token.created, 'created'),
    storableTime(token.expiry, 'expiry'),
    scopesToText(token.scopes),
  ];
  if (limit !== undefined && !(await makeRoom(transaction, token.userId, limit, act))) return 'too_many';
  // An id that has a tombstone can't get a second one: such a token could never be ended.
  const issued = await transaction.query(
    `INSERT INTO tokens (digest, id, user_id, key_id, seal, name, created, expiry, scopes)
       SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 WHERE NOT EXISTS (SELECT 1 FROM ended_tokens WHERE id = $2)
       RETURNING 1`,
    values,
  );
  if (issued.length === 0) throw new Error(`token id ${token.id} has been used before`);
  transaction.leave(entries.loginSucceeded(token), act);
  return 'issued';
}

/** Leaves the user one token short of the limit; false when it may not. */
async function makeRoom(
  transaction: Transaction,
  userId: string,
  limit: TokenLimit,
  act: Act,
): Promise<boolean> {
  if (!Number.isInteger(limit.most) || limit.most < 1) throw new RangeError('a limit is 1 or more');
  const [count] = await transaction.query<{ living: number; past: number }>(
    `SELECT count(*) FILTER (WHERE expiry IS NULL OR expiry > $2) AS living, count(*) FILTER (WHERE expiry <= $2) AS past
       FROM tokens WHERE user_id = $1`,
    [userId, act.time],
  );
  if (count !== undefined && count.past > 0) {
    const past = 'user_id = $5 AND expiry <= $6';
    const expired = (await moveToEnded(transaction, past, [userId, act.time], 'expired', act)).length;
    if (expired > 0) transaction.leave(entries.tokensSwept({ expired }, userId), act);
  }
  const surplus = (count?.living ?? 0) - limit.most + 1;
  if (surplus <= 0) return true;
  if (limit.action === 'refuse') return false;
  const oldest = 'n IN (SELECT n FROM tokens WHERE user_id = $5 ORDER BY created, id LIMIT $6)';
  for (const { id } of await moveToEnded(transaction, oldest, [userId, surplus], 'limit', act)) {
    transaction.leave(entries.tokenRevoked(userId, id, 'limit'), act);
  }
  return true;
}
