import type { DatabaseSync } from 'node:sqlite';
import { entries } from '../audit-entry.ts';
import type { Act, EndCause, TokenRecord } from '../records.ts';
import type { TokenLimit } from '../store.ts';
import { isStorable, scopesToText, storable, storableTime } from '../text.ts';
import { appendEvent } from './audit-chain.ts';
import { foldTokenChanges, latestChange, leaveUserChange } from './changes.ts';
import { statement } from './connection.ts';
import { findUserById } from './find-user.ts';

export function issueToken(
  db: DatabaseSync,
  token: TokenRecord,
  verifiedHash: string,
  act: Act,
  limit?: TokenLimit,
): 'issued' | 'stale' | 'too_many' {
  const user = findUserById(db, token.userId);
  if (user === undefined || user.disabled || user.passwordHash !== verifiedHash) return 'stale';
  if (user.expiry !== null && user.expiry <= act.time) return 'stale';
  // An id that has a tombstone can't get a second one: such a token could never be ended.
  if (
    statement(db, 'SELECT 1 FROM ended_tokens WHERE id = ?').get(storable(token.id, 'token id')) !== undefined
  ) {
    throw new Error(`token id ${token.id} has been used before`);
  }
  if (limit !== undefined && !makeRoom(db, token.userId, limit, act)) return 'too_many';
  statement(
    db,
    `INSERT INTO tokens (digest, id, user_id, key_id, seal, name, created, expiry, scopes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    token.digest,
    token.id,
    token.userId,
    storable(token.keyId, 'key id'),
    token.seal,
    storable(token.name, 'token name'),
    storableTime(token.created, 'created'),
    storableTime(token.expiry, 'expiry'),
    scopesToText(token.scopes),
  );
  appendEvent(db, entries.loginSucceeded(token), act);
  return 'issued';
}

/** Leaves the user one token short of the limit; false when it may not. */
function makeRoom(db: DatabaseSync, userId: string, limit: TokenLimit, act: Act): boolean {
  if (!Number.isInteger(limit.most) || limit.most < 1) throw new RangeError('a limit is 1 or more');
  const expired = moveToEnded(db, 'user_id = ? AND expiry <= ?', [userId, act.time], 'expired', act);
  if (expired > 0) appendEvent(db, entries.tokensSwept({ expired }, userId), act);
  const living = statement(db, 'SELECT count(*) AS living FROM tokens WHERE user_id = ?').get(userId)?.living;
  const surplus = Number(living) - limit.most + 1;
  if (surplus <= 0) return true;
  if (limit.action === 'refuse') return false;
  const oldest = statement(db, 'SELECT n, id FROM tokens WHERE user_id = ? ORDER BY created, id LIMIT ?');
  for (const { n, id } of oldest.all(userId, surplus)) {
    moveToEnded(db, 'n = ?', [Number(n)], 'limit', act);
    appendEvent(db, entries.tokenRevoked(userId, String(id), 'limit'), act);
  }
  return true;
}

export function endToken(db: DatabaseSync, id: string, cause: EndCause, act: Act): 'ended' | 'not_found' {
  if (!isStorable(id)) return 'not_found';
  const owner = statement(db, 'SELECT user_id FROM tokens WHERE id = ?').get(id)?.user_id;
  if (owner === undefined) return 'not_found';
  moveToEnded(db, 'id = ?', [id], cause, act);
  appendEvent(db, entries.tokenRevoked(String(owner), id, cause), act);
  return 'ended';
}

/** Also those past their own expiry. Several endings are one change, of the user. */
export function endTokens(
  db: DatabaseSync,
  userId: string,
  which: { cause: EndCause; exceptId?: string },
  act: Act,
): { ended: number } {
  if (!isStorable(userId)) return { ended: 0 };
  const before = latestChange(db);
  const ended = endTokensExcept(db, userId, which.cause, act, which.exceptId);
  if (ended > 1) {
    foldTokenChanges(db, before);
    leaveUserChange(db, userId);
  }
  if (ended > 0) appendEvent(db, entries.tokensRevoked(userId, which.cause, ended), act);
  return { ended };
}

/** The same for an act that changes the user's row, and so leaves a change and an event of its own anyway. */
export function endTokensOfUser(
  db: DatabaseSync,
  userId: string,
  cause: EndCause,
  act: Act,
  keepId?: string,
): number {
  const before = latestChange(db);
  const ended = endTokensExcept(db, userId, cause, act, keepId);
  foldTokenChanges(db, before);
  return ended;
}

function endTokensExcept(
  db: DatabaseSync,
  userId: string,
  cause: EndCause,
  act: Act,
  keepId: string | undefined,
): number {
  return keepId === undefined || !isStorable(keepId)
    ? moveToEnded(db, 'user_id = ?', [userId], cause, act)
    : moveToEnded(db, 'user_id = ? AND id <> ?', [userId, keepId], cause, act);
}

/** The tombstone and the removal are one step: there is no other way out of the table. */
export function moveToEnded(
  db: DatabaseSync,
  which: string,
  values: readonly (string | number)[],
  cause: EndCause,
  act: Act,
): number {
  statement(
    db,
    `INSERT INTO ended_tokens (id, user_id, name, created, expiry, scopes, cause, ended, actor, request_id)
       SELECT id, user_id, name, created, expiry, scopes, ?, ?, ?, ? FROM tokens WHERE ${which} ORDER BY created, id`,
  ).run(
    storable(cause, 'cause'),
    storableTime(act.time, 'time'),
    storable(act.actor, 'actor'),
    storable(act.requestId, 'request id'),
    ...values,
  );
  return Number(statement(db, `DELETE FROM tokens WHERE ${which}`).run(...values).changes);
}
