import type { DatabaseSync } from 'node:sqlite';
import { entries } from '../audit-entry.ts';
import type { Act } from '../records.ts';
import type { NewPassword } from '../store.ts';
import { storable } from '../text.ts';
import { appendEvent } from './audit-chain.ts';
import { statement } from './connection.ts';
import { findUserById } from './find-user.ts';
import { endTokensOfUser } from './token-acts.ts';
import { forgetCounter } from './try-rows.ts';

export function setPassword(
  db: DatabaseSync,
  id: string,
  password: NewPassword,
  act: Act,
): 'set' | 'not_found' | 'changed_meanwhile' {
  const user = findUserById(db, id);
  if (user === undefined) return 'not_found';
  if (password.expectedHash !== undefined && password.expectedHash !== user.passwordHash) {
    return 'changed_meanwhile';
  }
  statement(db, 'UPDATE users SET password_hash = ?, locked_until = NULL WHERE id = ?').run(
    storable(password.newHash, 'password hash'),
    id,
  );
  if (password.account !== undefined) forgetCounter(db, password.account);
  const ended = endTokensOfUser(db, id, 'password_changed', act, password.keepTokenId);
  appendEvent(db, entries.passwordSet(id, act, ended), act);
  return 'set';
}

export function upgradePasswordHash(
  db: DatabaseSync,
  id: string,
  oldHash: string,
  newHash: string,
  act: Act,
): boolean {
  if (findUserById(db, id)?.passwordHash !== oldHash) return false;
  statement(db, 'UPDATE users SET password_hash = ? WHERE id = ?').run(
    storable(newHash, 'password hash'),
    id,
  );
  appendEvent(db, entries.passwordRehashed(id), act);
  return true;
}
