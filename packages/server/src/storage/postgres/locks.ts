import type { UserRecord } from '../records.ts';
import { toUser, type UserRow, userColumns } from '../rows.ts';
import { isStorable } from '../text.ts';
import type { TryKeys } from '../throttle-store.ts';
import type { Session } from './connections.ts';

/**
 * What acts lock, always in this order, so that they can wait for each other but never in a circle:
 *
 * 1. The account that a password is tried for, then the source it comes from: advisory locks on their keys, for they may
 *    have no row. An account's lock is its lanes' too.
 * 2. The user's row, for whatever depends on the user or on all of the user's tokens. At most one.
 * 3. The list of administrators, or that there are any users: an advisory lock, for there is no row that stands for it.
 * 4. Rows of `tokens`, several in the order of `n` (or without waiting). Such a row is the lock for its row of `token_uses` too.
 *
 * 5. The head of the service's own audit chain. Pruning, which moves others' too, is done by one at a time.
 *
 * Besides, rows that nobody else can have: new ones, and this transaction's own changes.
 */

/** Numbers of advisory locks. They hold for one database, and only Guardbee's tables should be in it. */
const guardbee = 0x47426565;
const lock = { migrations: 1, users: 2, administrators: 3, numbers: 4, pruning: 5 } as const;

/** The user, who stays as he is until the transaction ends. Others who lock him wait. */
export function lockUser(session: Session, id: string): Promise<UserRecord | undefined> {
  return findLocked(session, id, 'FOR UPDATE');
}

/** The same, but others may do so at the same time; a change of the user waits. */
export function lockUserForReading(session: Session, id: string): Promise<UserRecord | undefined> {
  return findLocked(session, id, 'FOR SHARE');
}

async function findLocked(session: Session, id: string, how: string): Promise<UserRecord | undefined> {
  if (!isStorable(id)) return undefined;
  const [row] = await session.query<UserRow>(`SELECT ${userColumns} FROM users WHERE id = $1 ${how}`, [id]);
  return row === undefined ? undefined : toUser(row);
}

/** Whether there are users at all, decided alone. */
export async function lockUsers(session: Session): Promise<void> {
  await session.query('SELECT pg_advisory_xact_lock($1, $2)', [guardbee, lock.users]);
}

/** Beside others who add users, but not beside whoever decides whether there are any. */
export async function lockUsersForAdding(session: Session): Promise<void> {
  await session.query('SELECT pg_advisory_xact_lock_shared($1, $2)', [guardbee, lock.users]);
}

/** Taking away from an administrator: one at a time, so that no two each count on the other. */
export async function lockAdministrators(session: Session): Promise<void> {
  await session.query('SELECT pg_advisory_xact_lock($1, $2)', [guardbee, lock.administrators]);
}

/** Numbers of changes are given out by nobody else until the transaction ends: the lock of `number_changes()`. */
export async function lockNumbers(session: Session): Promise<void> {
  await session.query('SELECT pg_advisory_xact_lock($1, $2)', [guardbee, lock.numbers]);
}

/** A try at a password: others for the same account, or from the same source, wait. */
export async function lockTry(session: Session, keys: TryKeys): Promise<void> {
  await lockAccount(session, keys.account);
  await lockKey(session, keys.source);
}

export async function lockAccount(session: Session, account: Uint8Array): Promise<void> {
  await lockKey(session, account);
}

/** Two keys that share their first 64 bits would wait for each other, and no more. */
async function lockKey(session: Session, key: Uint8Array): Promise<void> {
  const bits = Buffer.from(key).readBigInt64BE();
  await session.query('SELECT pg_advisory_xact_lock($1::bigint)', [String(bits)]);
}

export async function lockPruning(session: Session): Promise<void> {
  await session.query('SELECT pg_advisory_xact_lock($1, $2)', [guardbee, lock.pruning]);
}

/** One migrator at a time. */
export async function lockMigrations(session: Session): Promise<void> {
  await session.query('SELECT pg_advisory_xact_lock($1, $2)', [guardbee, lock.migrations]);
}
