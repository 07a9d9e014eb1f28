import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { StoreUnusable } from '../store.ts';

/**
 * Every setting is read back after it was set: SQLite ignores a PRAGMA that it doesn't know or can't fulfil, and a
 * database that quietly runs with synchronous=NORMAL would lose acknowledged writes at the next power cut.
 */
function settle(
  db: DatabaseSync,
  path: string,
  name: string,
  value: string | number,
  expected = value,
): void {
  db.exec(`PRAGMA ${name} = ${value}`);
  assertSetting(db, path, name, expected);
}

export function assertSetting(db: DatabaseSync, path: string, name: string, expected: string | number): void {
  const row = db.prepare(`PRAGMA ${name}`).get();
  const actual = row === undefined ? undefined : Object.values(row)[0];
  if (actual !== expected) {
    throw new StoreUnusable(`${path}: SQLite answers ${name} = ${String(actual)}, needed is ${expected}`);
  }
}

const synchronousFull = 2;

/** A connection that may write. `busyTimeout`, in milliseconds, is how long one statement waits for a lock. */
export function openForWriting(path: string, busyTimeout: number): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: busyTimeout });
  try {
    settle(db, path, 'journal_mode', 'WAL', 'wal');
    settle(db, path, 'synchronous', 'FULL', synchronousFull);
    settle(db, path, 'foreign_keys', 'ON', 1);
    // What is deleted or erased is overwritten: digests, names, e-mails.
    settle(db, path, 'secure_delete', 'ON', 1);
    harden(db, path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A connection that can't write. It doesn't wait for locks: whoever uses it owns an event loop. */
export function openForReading(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 0 });
  try {
    settle(db, path, 'query_only', 'ON', 1);
    harden(db, path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function harden(db: DatabaseSync, path: string): void {
  // Somebody who can write the file can't make its triggers and views call functions with side effects.
  settle(db, path, 'trusted_schema', 'OFF', 0);
  settle(db, path, 'cell_size_check', 'ON', 1);
}

type Statements = WeakMap<DatabaseSync, Map<string, StatementSync>>;

const prepared: Statements = new WeakMap();
const preparedForArrays: Statements = new WeakMap();

/** The statement for this SQL, prepared once per connection. */
export function statement(db: DatabaseSync, sql: string): StatementSync {
  return known(prepared, db, sql) ?? prepare(prepared, db, sql);
}

/** The same, but its rows are arrays. */
export function arrayStatement(db: DatabaseSync, sql: string): StatementSync {
  const found = known(preparedForArrays, db, sql);
  if (found !== undefined) return found;
  const made = prepare(preparedForArrays, db, sql);
  made.setReturnArrays(true);
  return made;
}

function known(statements: Statements, db: DatabaseSync, sql: string): StatementSync | undefined {
  return statements.get(db)?.get(sql);
}

function prepare(statements: Statements, db: DatabaseSync, sql: string): StatementSync {
  const made = db.prepare(sql);
  const ofConnection = statements.get(db) ?? new Map<string, StatementSync>();
  statements.set(db, ofConnection.set(sql, made));
  return made;
}
