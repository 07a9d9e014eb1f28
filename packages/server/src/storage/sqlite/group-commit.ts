import type { DatabaseSync } from 'node:sqlite';
import { type ActCall, type ActName, acts } from './acts.ts';
import { chainOf } from './audit-chain.ts';
import { statement } from './connection.ts';
import { type ErrorKind, isBusy, kindOf } from './sqlite-error.ts';

/** What became of one call, in a form that survives the way between threads: classes of errors don't. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly kind: ErrorKind; readonly error: unknown };

/**
 * What nobody is told of, so that a power cut may take it: a try at a password that is taken before anybody looks at the
 * password. It survives `kill -9` as everything does, and the next commit that is synced takes it along.
 */
const unsynced = new Set<ActName>(['reserveTry']);

const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Waits for the write lock by asking every millisecond. SQLite's own busy handler sleeps up to 100 ms between two
 * looks, so that a process among several busy ones could miss every gap until its time is up.
 */
function begin(db: DatabaseSync, until: number): void {
  for (;;) {
    try {
      statement(db, 'BEGIN IMMEDIATE').run();
      chainOf(db).begin();
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
  if (calls.some(({ name }) => !unsynced.has(name))) return commitAll(db, calls, lockWait);
  db.exec('PRAGMA synchronous = NORMAL');
  try {
    return commitAll(db, calls, lockWait);
  } finally {
    db.exec('PRAGMA synchronous = FULL');
  }
}

function commitAll(db: DatabaseSync, calls: readonly ActCall[], lockWait: number): Outcome[] {
  const until = performance.now() + lockWait;
  try {
    begin(db, until);
    const outcomes = runTogether(db, calls) ?? runEachAlone(db, calls, until);
    // One signature for all of them, as it is one fsync.
    chainOf(db).seal(db);
    statement(db, 'COMMIT').run();
    chainOf(db).committed();
    return outcomes;
  } catch (error) {
    rollBack(db);
    return calls.map(() => ({ ok: false, kind: kindOf(error), error }));
  }
}

/**
 * Without savepoints: they cost a third of the time, because SQLite notes every page as it was, and a defect is rare.
 * When there is one: undefined, and what to keep of the others is found out in a second run.
 */
function runTogether(db: DatabaseSync, calls: readonly ActCall[]): Outcome[] | undefined {
  try {
    return calls.map((call) => ({ ok: true, value: run(db, call) }));
  } catch (error) {
    if (kindOf(error) !== 'defect') throw error;
    return undefined;
  }
}

function runEachAlone(db: DatabaseSync, calls: readonly ActCall[], until: number): Outcome[] {
  rollBack(db);
  begin(db, until);
  return calls.map((call) => runAlone(db, call));
}

function runAlone(db: DatabaseSync, call: ActCall): Outcome {
  const chain = chainOf(db);
  const { mark } = chain;
  statement(db, 'SAVEPOINT act').run();
  try {
    const value = run(db, call);
    statement(db, 'RELEASE act').run();
    return { ok: true, value };
  } catch (error) {
    if (kindOf(error) !== 'defect') throw error;
    statement(db, 'ROLLBACK TO act').run();
    chain.restore(mark);
    statement(db, 'RELEASE act').run();
    return { ok: false, kind: 'defect', error };
  }
}

function run(db: DatabaseSync, call: ActCall): unknown {
  const act = acts[call.name] as (db: DatabaseSync, ...args: readonly unknown[]) => unknown;
  return act(db, ...call.args);
}

function rollBack(db: DatabaseSync): void {
  // After some errors (full, I/O) SQLite has rolled back by itself: https://sqlite.org/lang_transaction.html
  if (db.isTransaction) statement(db, 'ROLLBACK').run();
}
