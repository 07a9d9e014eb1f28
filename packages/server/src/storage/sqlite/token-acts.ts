import type { DatabaseSync } from 'node:sqlite';
import type { Act, EndCause, TokenRecord } from '../records.ts';
import { statement } from './connection.ts';
import { findUserById } from './find-user.ts';
import { isStorable, scopesToText, storable, storableTime } from './text.ts';

export function issueToken(
  db: DatabaseSync,
  token: TokenRecord,
  verifiedHash: string,
  act: Act,
): 'issued' | 'stale' {
  const user = findUserById(db, token.userId);
  if (user === undefined || user.disabled || user.passwordHash !== verifiedHash) return 'stale';
  if (user.expiry !== null && user.expiry <= act.time) return 'stale';
  // An id that has a tombstone can't get a second one: such a token could never be ended.
  if (
    statement(db, 'SELECT 1 FROM ended_tokens WHERE id = ?').get(storable(token.id, 'token id')) !== undefined
  ) {
    throw new Error(`token id ${token.id} has been used before`);
  }
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
  return 'issued';
}

export function endToken(db: DatabaseSync, id: string, cause: EndCause, act: Act): 'ended' | 'not_found' {
  if (!isStorable(id)) return 'not_found';
  return moveToEnded(db, 'id = ?', [id], cause, act) === 1 ? 'ended' : 'not_found';
}

/** Ends all tokens of a user, those past their own expiry too, but not `keepId`. */
export function endTokensOfUser(
  db: DatabaseSync,
  userId: string,
  cause: EndCause,
  act: Act,
  keepId?: string,
): void {
  if (keepId === undefined || !isStorable(keepId)) moveToEnded(db, 'user_id = ?', [userId], cause, act);
  else moveToEnded(db, 'user_id = ? AND id <> ?', [userId, keepId], cause, act);
}

/** The tombstone and the removal are one step: there is no other way out of the table. */
function moveToEnded(
  db: DatabaseSync,
  which: string,
  values: readonly string[],
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
