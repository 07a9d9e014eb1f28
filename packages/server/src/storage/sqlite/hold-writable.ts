import type { DatabaseSync } from 'node:sqlite';
import { openForWriting } from './connection.ts';
import { DiskReserve } from './disk-reserve.ts';
import { startPatience, whyNot } from './prepare-database.ts';
import { isBusy } from './sqlite-error.ts';

/**
 * Finds out at the start whether the database can be written, and lays down the reserve: the thread that writes begins with the first
 * act only, which may be hours later. The connection is kept and never used: of those that may write the last one folds the log into the
 * database when it is closed, and where nobody has written it is the only one.
 */
export function holdWritable(path: string, reserveBytes: number): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = openForWriting(path, startPatience);
    tryToWrite(db);
    new DiskReserve(`${path}-reserve`, reserveBytes, (text) => process.emitWarning(text)).ensure();
    return db;
  } catch (error) {
    db?.close();
    throw whyNot(error, path);
  }
}

/** A lock passes, and says nothing of the place: whoever holds it can write there. */
function tryToWrite(db: DatabaseSync): void {
  db.exec('PRAGMA busy_timeout = 0');
  try {
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
}
