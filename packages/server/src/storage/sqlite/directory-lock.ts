import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreUnusable } from '../store.ts';
import { isBusy, messageOf } from './sqlite-error.ts';

export interface DirectoryLock {
  release(): void;
}

/** Of two that begin at the same instant each may see the other's first step, and both would give up. */
const PATIENCE_MS = 300;

/**
 * One server per data directory. Node has no file locks of its own, but SQLite has: an exclusive transaction on an
 * empty database that is held for the life of the process. The system lets go of it when the process ends, however
 * it ends, so there is no stale lock to clear.
 *
 * The lock file must not be opened by other means in the same process: on POSIX, closing any handle of a file drops
 * the process's locks on it.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const path = join(directory, 'guardbee.lock');
  let db: DatabaseSync | undefined;
  try {
    createOnce(path);
    db = new DatabaseSync(path, { timeout: PATIENCE_MS });
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    db?.close();
    if (isBusy(error)) {
      throw new StoreUnusable(`${directory} is in use by another Guardbee server`, { cause: error });
    }
    throw new StoreUnusable(`${path} can't be locked: ${messageOf(error)}`, { cause: error });
  }
  const held = db;
  return { release: () => held.close() };
}

function createOnce(path: string): void {
  if (existsSync(path)) return;
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    // Somebody else was faster.
    if (!existsSync(path)) throw error;
  }
}
