import type { DatabaseSync } from 'node:sqlite';
import { StoreUnusable } from '../store.ts';
import { openForWriting } from './connection.ts';
import { migrations } from './migrations/index.ts';

const patience = 5000;

export function schemaVersion(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version);
}

/**
 * Brings the schema up to this version's. Each step and its new version number are one transaction. The write lock
 * is taken before the version is looked at: of two migrators at once, the second finds the step done.
 */
export function migrate(path: string, steps: readonly string[] = migrations): void {
  const db = openForWriting(path, patience);
  try {
    while (takeStep(db, path, steps)) {
      // The next one.
    }
  } finally {
    db.close();
  }
}

function takeStep(db: DatabaseSync, path: string, steps: readonly string[]): boolean {
  db.exec('BEGIN IMMEDIATE');
  try {
    const version = schemaVersion(db);
    const step = steps[version];
    if (step !== undefined) db.exec(`${step}; PRAGMA user_version = ${version + 1}`);
    db.exec('COMMIT');
    return step !== undefined;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw new StoreUnusable(`${path}: a migration failed, nothing of it was kept`, { cause: error });
  }
}
