import { chmodSync, existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable, StoreUnusable } from '../store.ts';
import { applicationId, createDatabase } from './create-database.ts';
import { migrate, schemaVersion } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { readLeft } from './moved-mark.ts';
import { isBusy, kindOf, messageOf } from './sqlite-error.ts';

/** Up to this size the whole file is checked at every start; it takes about a millisecond per MiB. */
const checkedWhole = 16 * 1024 * 1024;

export const startPatience = 3000;

/**
 * Makes sure that under `path` there is a sound database of ours with this version's schema. What isn't ours, is
 * newer or damaged is refused before anything is written.
 */
export function prepareDatabase(path: string): void {
  try {
    if (!existsSync(path)) createDatabase(path);
    if (examine(path) < migrations.length) migrate(path);
    for (const file of [path, `${path}-wal`, `${path}-shm`]) restrict(file);
  } catch (error) {
    throw whyNot(error, path);
  }
}

/** Answers with the schema version, and changes nothing. Reads through SQLite: the log may hold what the file doesn't, yet. */
export function examine(path: string): number {
  if (statSync(path).size === 0) throw new StoreUnusable(`${path} is empty, not a Guardbee database`);
  const db = new DatabaseSync(path, { readOnly: true, timeout: startPatience });
  try {
    const left = readLeft(db);
    if (left !== undefined) throw new StoreUnusable(`${path} has been moved to ${left.other}: start there`);
    const id = db.prepare('PRAGMA application_id').get()?.application_id;
    if (id !== applicationId) throw new StoreUnusable(`${path} is not a Guardbee database`);
    const version = schemaVersion(db);
    if (version > migrations.length) {
      throw new StoreUnusable(
        `${path} has schema version ${version}, this Guardbee knows ${migrations.length}: use a newer Guardbee`,
      );
    }
    // Reads the schema, and finds a file that was cut off.
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    if (statSync(path).size <= checkedWhole) {
      const verdict = db.prepare('PRAGMA quick_check(1)').get()?.quick_check;
      if (verdict !== 'ok') throw new StoreUnusable(`${path} is damaged: ${verdict}`);
    }
    return version;
  } finally {
    db.close();
  }
}

function restrict(file: string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat !== undefined && (stat.mode & 0o077) !== 0) chmodSync(file, 0o600);
}

/** At start only a lock is worth another try; a place that can't be read or written needs a person. */
export function whyNot(error: unknown, path: string): unknown {
  if (error instanceof StoreUnusable) return error;
  if (kindOf(error) === 'unusable') {
    return new StoreUnusable(`${path} is damaged or not a database: ${messageOf(error)}`, { cause: error });
  }
  if (isBusy(error)) return new StoreUnavailable(`${path} is locked by another program`, { cause: error });
  return new StoreUnusable(`${path} can't be opened: ${messageOf(error)}`, { cause: error });
}
