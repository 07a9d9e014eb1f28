import type { DatabaseSync } from 'node:sqlite';
import { entries } from '../audit-entry.ts';
import type { Act, UserRecord } from '../records.ts';
import { userColumns } from '../rows.ts';
import type { UserChange } from '../store.ts';
import { groupsToText, storable, storableTime } from '../text.ts';
import { applyChange, endsTokens, isAbleAdministrator, losesAdministrator } from '../user-change.ts';
import { appendEvent } from './audit-chain.ts';
import { statement } from './connection.ts';
import { findUserByCanonicalEmail, findUserById } from './find-user.ts';
import { endTokensOfUser } from './token-acts.ts';

export function createFirstUser(db: DatabaseSync, user: UserRecord, act: Act): 'created' | 'not_first' {
  if (statement(db, 'SELECT 1 FROM users LIMIT 1').get() !== undefined) return 'not_first';
  insertUser(db, user);
  appendEvent(db, entries.userMade('user.created', user), act);
  return 'created';
}

export function createUser(db: DatabaseSync, user: UserRecord, act: Act): 'created' | 'email_taken' {
  return addUser(db, user, 'user.created', act);
}

export function importUser(db: DatabaseSync, user: UserRecord, act: Act): 'created' | 'email_taken' {
  return addUser(db, user, 'user.imported', act);
}

function addUser(
  db: DatabaseSync,
  user: UserRecord,
  event: 'user.created' | 'user.imported',
  act: Act,
): 'created' | 'email_taken' {
  if (findUserByCanonicalEmail(db, user.canonicalEmail) !== undefined) return 'email_taken';
  insertUser(db, user);
  appendEvent(db, entries.userMade(event, user), act);
  return 'created';
}

export function modifyUser(
  db: DatabaseSync,
  id: string,
  change: UserChange,
  act: Act,
): UserRecord | 'not_found' | 'email_taken' | 'last_administrator' {
  const before = findUserById(db, id);
  if (before === undefined) return 'not_found';
  const after = applyChange(before, change);
  const holder = findUserByCanonicalEmail(db, after.canonicalEmail);
  if (holder !== undefined && holder.id !== id) return 'email_taken';
  if (losesAdministrator(before, after) && isLastAdministrator(db, id)) {
    return 'last_administrator';
  }
  statement(
    db,
    `UPDATE users SET email = ?, canonical_email = ?, expiry = ?, admin = ?, disabled = ?, groups = ?
       WHERE id = ?`,
  ).run(
    storable(after.email, 'e-mail'),
    storable(after.canonicalEmail, 'canonical e-mail'),
    storableTime(after.expiry, 'expiry'),
    Number(after.admin),
    Number(after.disabled),
    groupsToText(after.groups),
    id,
  );
  const cause = endsTokens(before, after, change, act.time);
  const ended = cause === undefined ? 0 : endTokensOfUser(db, id, cause, act);
  const entry = entries.userModified(before, after, ended);
  if (entry !== undefined) appendEvent(db, entry, act);
  return after;
}

export function deleteUser(
  db: DatabaseSync,
  id: string,
  act: Act,
): 'deleted' | 'not_found' | 'last_administrator' {
  const user = findUserById(db, id);
  if (user === undefined) return 'not_found';
  if (isAbleAdministrator(user) && isLastAdministrator(db, id)) return 'last_administrator';
  const ended = endTokensOfUser(db, id, 'user_deleted', act);
  statement(db, 'DELETE FROM users WHERE id = ?').run(id);
  appendEvent(db, entries.userDeleted(user, ended), act);
  return 'deleted';
}

function insertUser(db: DatabaseSync, user: UserRecord): void {
  statement(db, `INSERT INTO users (${userColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)`).run(
    storable(user.id, 'user id'),
    storable(user.email, 'e-mail'),
    storable(user.canonicalEmail, 'canonical e-mail'),
    storable(user.passwordHash, 'password hash'),
    storableTime(user.created, 'created'),
    storableTime(user.expiry, 'expiry'),
    Number(user.admin),
    Number(user.disabled),
    groupsToText(user.groups),
  );
}

function isLastAdministrator(db: DatabaseSync, id: string): boolean {
  const another =
    'SELECT 1 FROM users WHERE admin = 1 AND disabled = 0 AND expiry IS NULL AND id <> ? LIMIT 1';
  return statement(db, another).get(id) === undefined;
}
