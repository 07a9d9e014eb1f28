import type { DatabaseSync } from 'node:sqlite';
import type { Act } from '../records.ts';
import { statement } from './connection.ts';
import { findUserById } from './find-user.ts';
import { storable } from './text.ts';
import { endTokensOfUser } from './token-acts.ts';

export function setPassword(
  db: DatabaseSync,
  id: string,
  password: { newHash: string; expectedHash?: string; keepTokenId?: string },
  act: Act,
): 'set' | 'not_found' | 'changed_meanwhile' {
  const user = findUserById(db, id);
  if (user === undefined) return 'not_found';
  if (password.expectedHash !== undefined && password.expectedHash !== user.passwordHash) {
    return 'changed_meanwhile';
  }
  replaceHash(db, id, password.newHash);
  endTokensOfUser(db, id, 'password_changed', act, password.keepTokenId);
  return 'set';
}

export function upgradePasswordHash(db: DatabaseSync, id: string, oldHash: string, newHash: string): boolean {
  if (findUserById(db, id)?.passwordHash !== oldHash) return false;
  replaceHash(db, id, newHash);
  return true;
}

function replaceHash(db: DatabaseSync, id: string, newHash: string): void {
  statement(db, 'UPDATE users SET password_hash = ? WHERE id = ?').run(
    storable(newHash, 'password hash'),
    id,
  );
}
