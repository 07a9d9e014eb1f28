import { entries } from '../audit-entry.ts';
import type { Act } from '../records.ts';
import type { NewPassword } from '../store.ts';
import { storable } from '../text.ts';
import { endTokensOfUser } from './end-tokens.ts';
import { lockAccount, lockUser } from './locks.ts';
import type { Transaction } from './transaction.ts';
import { forgetCounter } from './try-rows.ts';

export async function setPassword(
  transaction: Transaction,
  id: string,
  password: NewPassword,
  act: Act,
): Promise<'set' | 'not_found' | 'changed_meanwhile'> {
  if (password.account !== undefined) await lockAccount(transaction, password.account);
  const user = await lockUser(transaction, id);
  if (user === undefined) return 'not_found';
  if (password.expectedHash !== undefined && password.expectedHash !== user.passwordHash) {
    return 'changed_meanwhile';
  }
  await transaction.query('UPDATE users SET password_hash = $1, locked_until = NULL WHERE id = $2', [
    storable(password.newHash, 'password hash'),
    id,
  ]);
  if (password.account !== undefined) await forgetCounter(transaction, password.account);
  const ended = await endTokensOfUser(transaction, id, 'password_changed', act, password.keepTokenId);
  transaction.leave(entries.passwordSet(id, act, ended), act);
  return 'set';
}

export async function upgradePasswordHash(
  transaction: Transaction,
  id: string,
  oldHash: string,
  newHash: string,
  act: Act,
): Promise<boolean> {
  if ((await lockUser(transaction, id))?.passwordHash !== oldHash) return false;
  await transaction.query('UPDATE users SET password_hash = $1 WHERE id = $2', [
    storable(newHash, 'password hash'),
    id,
  ]);
  transaction.leave(entries.passwordRehashed(id), act);
  return true;
}
