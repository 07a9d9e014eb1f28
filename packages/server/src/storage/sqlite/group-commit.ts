import type { DatabaseSync } from 'node:sqlite';
import { type ActCall, acts } from './acts.ts';
import { statement } from './connection.ts';
import { type ErrorKind, isBusy, kindOf } from './sqlite-error.ts';

/** What became of one call, in a form that survives the way between threads: classes of errors don't. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly kind: ErrorKind; readonly error: unknown };

const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Waits for the write lock by asking every millisecond. SQLite's own busy handler sleeps up to 100 ms between two
 * looks, so that a process among several busy ones could miss every gap until its time is up.
 */
function begin(db: DatabaseSync, lockWait: number): void {
  const until = performance.now() + lockWait;
  for (;;) {
    try {
      statement(db, 'BEGIN IMMEDIATE').run();
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

/**
 * Runs the calls in one transaction, so that they share one fsync, and answers when COMMIT has returned. A call that
 * fails is undone alone; when the surroundings fail (locked, full, I/O error) nothing of any call remains.
 */
export function commitTogether(db: DatabaseSync, calls: readonly ActCall[], lockWait: number): Outcome[] {
  try {
    begin(db, lockWait);
    const outcomes = calls.map((call) => runAlone(db, call));
    statement(db, 'COMMIT').run();
    return outcomes;
  } catch (error) {
    rollBack(db);
    return calls.map(() => ({ ok: false, kind: kindOf(error), error }));
  }
}

function runAlone(db: DatabaseSync, call: ActCall): Outcome {
  statement(db, 'SAVEPOINT act').run();
  try {
    const act = acts[call.name] as (db: DatabaseSync, ...args: readonly unknown[]) => unknown;
    const value = act(db, ...call.args);
    statement(db, 'RELEASE act').run();
    return { ok: true, value };
  } catch (error) {
    if (kindOf(error) !== 'defect') throw error;
    statement(db, 'ROLLBACK TO act').run();
    statement(db, 'RELEASE act').run();
    return { ok: false, kind: 'defect', error };
  }
}

function rollBack(db: DatabaseSync): void {
  // After some errors (full, I/O) SQLite has rolled back by itself: https://sqlite.org/lang_transaction.html
  if (db.isTransaction) statement(db, 'ROLLBACK').run();
}
