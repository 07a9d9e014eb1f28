import { DatabaseSync } from 'node:sqlite';
import type { MoveSource } from '../move/move-database.ts';
import { StoreUnusable } from '../store.ts';
import { latestChange } from './changes.ts';
import { openForWriting } from './connection.ts';
import { readRows } from './move-rows.ts';
import { markLeft, readLeft } from './moved-mark.ts';
import { prepareDatabase, whyNot } from './prepare-database.ts';

/** Milliseconds to wait for a commit that is under way. */
const patience = 5_000;

/** An SQLite database to be left: the lock that every writer needs is held, in services that run too. */
export function openSqliteSource(path: string): MoveSource {
  const left = whereLeftFor(path);
  if (left !== undefined) return leftAlready(path, left);
  prepareDatabase(path);
  const db = openForWriting(path, patience);
  try {
    db.exec('BEGIN IMMEDIATE');
  } catch (error) {
    db.close();
    throw whyNot(error, path);
  }
  return {
    engine: 'sqlite',
    name: `sqlite:${path}`,
    left: undefined,
    rows: (table) => readRows(db, table),
    latestChange: async () => latestChange(db),
    async markLeft(mark) {
      markLeft(db, mark);
      db.exec('COMMIT');
    },
    async close() {
      if (db.isTransaction) db.exec('ROLLBACK');
      db.close();
    },
  };
}

function whereLeftFor(path: string): ReturnType<typeof readLeft> {
  try {
    const db = new DatabaseSync(path, { readOnly: true, timeout: patience });
    try {
      return readLeft(db);
    } finally {
      db.close();
    }
  } catch (error) {
    throw whyNot(error, path);
  }
}

function leftAlready(path: string, left: NonNullable<MoveSource['left']>): MoveSource {
  const refuse = (): never => {
    throw new StoreUnusable(`${path} has been moved to ${left.other}`);
  };
  return {
    engine: 'sqlite',
    name: `sqlite:${path}`,
    left,
    rows: refuse,
    latestChange: refuse,
    markLeft: refuse,
    async close() {},
  };
}
