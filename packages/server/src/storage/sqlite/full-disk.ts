import type { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable } from '../store.ts';
import type { ActCall, ActName } from './acts.ts';
import type { DiskReserve } from './disk-reserve.ts';
import { commitTogether, type Outcome } from './group-commit.ts';
import { isFull } from './sqlite-error.ts';

/**
 * What takes rights away goes on while the disk is full; and a start, also one with a new digest key. Not a
 * sweep: nobody waits for it, and a large one could take the room that a logout needs.
 */
const endings = new Set<ActName>([
  'endToken',
  'endTokens',
  'setPassword',
  'modifyUser',
  'deleteUser',
  'rememberDigestKeys',
]);

/**
 * Commits the calls; on a full disk gives up the reserve and, until it is back, commits the endings only.
 */
export function commitDespiteFullDisk(
  db: DatabaseSync,
  calls: readonly ActCall[],
  lockWait: number,
  reserve: DiskReserve,
): Outcome[] {
  if (!reserve.ensure()) return commitEndings(db, calls, lockWait);
  const outcomes = commitTogether(db, calls, lockWait);
  if (!outcomes.some((outcome) => !outcome.ok && isFull(outcome.error))) return outcomes;
  reserve.release();
  reuseLog(db);
  return commitEndings(db, calls, lockWait);
}

function commitEndings(db: DatabaseSync, calls: readonly ActCall[], lockWait: number): Outcome[] {
  const accepted = calls.filter((call) => endings.has(call.name));
  const outcomes = accepted.length === 0 ? [] : commitTogether(db, accepted, lockWait);
  if (accepted.length > 0) reuseLog(db);
  const refused: Outcome = {
    ok: false,
    kind: 'unavailable',
    error: new StoreUnavailable('the disk is full'),
  };
  return calls.map((call) => outcomes[accepted.indexOf(call)] ?? refused);
}

/**
 * Folds the log into the database and has it written from its beginning again: endings hardly make the database
 * grow, but the log they do. It isn't cut off, because its room could go to somebody else.
 */
function reuseLog(db: DatabaseSync): void {
  try {
    db.exec('PRAGMA wal_checkpoint(RESTART)');
  } catch {
    // No room for that either; the next act to fail says so.
  }
}
