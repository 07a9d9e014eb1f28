import { entries } from '../audit-entry.ts';
import type { Act, UserRecord } from '../records.ts';
import { userColumns } from '../rows.ts';
import type { UserChange } from '../store.ts';
import { groupsToText, storable, storableTime } from '../text.ts';
import { applyChange, endsTokens, isAbleAdministrator, losesAdministrator } from '../user-change.ts';
import type { Session } from './connections.ts';
import { endTokensOfUser } from './end-tokens.ts';
import { lockAdministrators, lockUser, lockUsers, lockUsersForAdding } from './locks.ts';
import type { Transaction } from './transaction.ts';

export async function createFirstUser(
  transaction: Transaction,
  user: UserRecord,
  act: Act,
): Promise<'created' | 'not_first'> {
  await lockUsers(transaction);
  if ((await transaction.query('SELECT 1 FROM users LIMIT 1')).length > 0) return 'not_first';
  await insertUser(transaction, user);
  transaction.leave(entries.userMade('user.created', user), act);
  return 'created';
}

export async function addUser(
  transaction: Transaction,
  user: UserRecord,
  event: 'user.created' | 'user.imported',
  act: Act,
): Promise<'created' | 'email_taken'> {
  await lockUsersForAdding(transaction);
  if (!(await insertUser(transaction, user))) return 'email_taken';
  transaction.leave(entries.userMade(event, user), act);
  return 'created';
}

/** A rename to an e-mail that somebody else takes at the same time fails on `canonicalEmailKey`. */
export async function modifyUser(
  transaction: Transaction,
  id: string,
  change: UserChange,
  act: Act,
): Promise<UserRecord | 'not_found' | 'email_taken' | 'last_administrator'> {
  const before = await lockUser(transaction, id);
  if (before === undefined) return 'not_found';
  const after = applyChange(before, change);
  const values = [
    storable(after.email, 'e-mail'),
    storable(after.canonicalEmail, 'canonical e-mail'),
    storableTime(after.expiry, 'expiry'),
    after.admin,
    after.disabled,
    groupsToText(after.groups),
    id,
  ];
  if (after.canonicalEmail !== before.canonicalEmail && (await isTaken(transaction, after.canonicalEmail))) {
    return 'email_taken';
  }
  if (losesAdministrator(before, after) && (await isLastAdministrator(transaction, id))) {
    return 'last_administrator';
  }
  await transaction.query(
    `UPDATE users SET email = $1, canonical_email = $2, expiry = $3, admin = $4, disabled = $5, groups = $6
       WHERE id = $7`,
    values,
  );
  const cause = endsTokens(before, after, change, act.time);
  const ended = cause === undefined ? 0 : await endTokensOfUser(transaction, id, cause, act);
  const entry = entries.userModified(before, after, ended);
  if (entry !== undefined) transaction.leave(entry, act);
  return after;
}

export const canonicalEmailKey = 'users_canonical_email_key';

export async function deleteUser(
  transaction: Transaction,
  id: string,
  act: Act,
): Promise<'deleted' | 'not_found' | 'last_administrator'> {
  const user = await lockUser(transaction, id);
  if (user === undefined) return 'not_found';
  if (isAbleAdministrator(user) && (await isLastAdministrator(transaction, id))) return 'last_administrator';
  const ended = await endTokensOfUser(transaction, id, 'user_deleted', act);
  await transaction.query('DELETE FROM users WHERE id = $1', [id]);
  transaction.leave(entries.userDeleted(user, ended), act);
  return 'deleted';
}

/** False when the e-mail is taken. Waits for whoever is about to take it. */
async function insertUser(session: Session, user: UserRecord): Promise<boolean> {
  const inserted = await session.query(
    `INSERT INTO users (${userColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL)
       ON CONFLICT ON CONSTRAINT ${canonicalEmailKey} DO NOTHING RETURNING 1`,
    [
      storable(user.id, 'user id'),
      storable(user.email, 'e-mail'),
      storable(user.canonicalEmail, 'canonical e-mail'),
      storable(user.passwordHash, 'password hash'),
      storableTime(user.created, 'created'),
      storableTime(user.expiry, 'expiry'),
      user.admin,
      user.disabled,
      groupsToText(user.groups),
    ],
  );
  return inserted.length === 1;
}

async function isTaken(session: Session, canonicalEmail: string): Promise<boolean> {
  return (await session.query('SELECT 1 FROM users WHERE canonical_email = $1', [canonicalEmail])).length > 0;
}

async function isLastAdministrator(session: Session, id: string): Promise<boolean> {
  await lockAdministrators(session);
  const another = 'SELECT 1 FROM users WHERE admin AND NOT disabled AND expiry IS NULL AND id <> $1 LIMIT 1';
  return (await session.query(another, [id])).length === 0;
}
