import type { DatabaseSync } from 'node:sqlite';
import type { TryKeys } from '../throttle-store.ts';
import { type Counter, saysNothing } from '../tries.ts';
import { statement } from './connection.ts';

export function readCounter(db: DatabaseSync, key: Uint8Array): Counter | undefined {
  return statement(
    db,
    `SELECT failures, under_way AS underWay, last, fingerprints, known FROM try_counters WHERE key = ?`,
  ).get(key) as unknown as Counter | undefined;
}

/** What says nothing has no row. */
export function writeCounter(db: DatabaseSync, key: Uint8Array, counter: Counter, touched: number): void {
  if (saysNothing(counter)) {
    forgetCounter(db, key);
    return;
  }
  const { failures, underWay, last, fingerprints, known } = counter;
  statement(
    db,
    `REPLACE INTO try_counters (key, failures, under_way, last, fingerprints, known, touched)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(key, failures, underWay, last, fingerprints, known, touched);
}

/** False when there was none. */
export function forgetCounter(db: DatabaseSync, key: Uint8Array): boolean {
  return Number(statement(db, 'DELETE FROM try_counters WHERE key = ?').run(key).changes) > 0;
}

/** When a source has all of its tries again; null: it has. */
export function readSource(db: DatabaseSync, key: Uint8Array): number | null {
  const row = statement(db, 'SELECT full_at FROM try_sources WHERE key = ?').get(key);
  return row === undefined ? null : Number(row.full_at);
}

export function writeSource(db: DatabaseSync, key: Uint8Array, fullAt: number): void {
  statement(db, 'REPLACE INTO try_sources (key, full_at) VALUES (?, ?)').run(key, fullAt);
}

/** False when the user has it already, or is gone. */
export function setLock(db: DatabaseSync, userId: string, until: number | null): boolean {
  const lock = statement(db, 'UPDATE users SET locked_until = ?1 WHERE id = ?2 AND locked_until IS NOT ?1');
  return Number(lock.run(until, userId).changes) > 0;
}

/** On their way to another thread keys are copied whole, and a Buffer's is a view on much more. */
export function ownKeys({ account, source, lane, fingerprint }: TryKeys): TryKeys {
  return {
    account: Uint8Array.from(account),
    source: Uint8Array.from(source),
    lane: Uint8Array.from(lane),
    fingerprint: Uint8Array.from(fingerprint),
  };
}
