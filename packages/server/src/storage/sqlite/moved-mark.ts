import type { DatabaseSync } from 'node:sqlite';
import type { MoveMark } from '../move/move-database.ts';

/** `PRAGMA application_id` of a database that was left: "GBmv". No version of Guardbee starts on it. */
const leftId = 0x47426d76;

/** The tables without which nothing can be answered: a service that still runs must not go on accepting tokens. */
const needed = ['users', 'tokens', 'changes'];

export function markLeft(db: DatabaseSync, { id, other }: MoveMark): void {
  db.exec('CREATE TABLE left_for (id TEXT NOT NULL, other TEXT NOT NULL) STRICT');
  db.prepare('INSERT INTO left_for VALUES (?, ?)').run(id, other);
  for (const table of needed) db.exec(`ALTER TABLE ${table} RENAME TO left_${table}`);
  db.exec(`PRAGMA application_id = ${leftId}`);
}

/** Where a database was left for; undefined for one that was not. */
export function readLeft(db: DatabaseSync): MoveMark | undefined {
  if (db.prepare('PRAGMA application_id').get()?.application_id !== leftId) return undefined;
  return db.prepare('SELECT id, other FROM left_for').get() as unknown as MoveMark;
}
