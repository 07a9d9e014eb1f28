import type { DatabaseSync } from 'node:sqlite';
import { LEAP } from '../changes-leap.ts';
import type { Change } from '../records.ts';
import { statement } from './connection.ts';

/** The triggers of migration 2 write the feed; here it is read, and shortened where many lines say what one does. */

export function changesAfter(db: DatabaseSync, seq: number, limit: number): Change[] {
  // One statement, so that the rows and the beginning of the record are of one moment.
  const rows = statement(
    db,
    `SELECT seq, time, token_id, user_id, (SELECT min(seq) FROM changes) AS beginning
       FROM changes WHERE seq > ? ORDER BY seq LIMIT ?`,
  ).all(seq, limit) as unknown as ChangeRow[];
  const [first] = rows;
  // When nothing follows, it was the latest, which is never removed, or it is of another database.
  if (first === undefined) return seq <= latestChange(db) ? [] : everything(db);
  return seq < first.beginning ? everything(db) : rows.map(toChange);
}

export function latestChange(db: DatabaseSync): number {
  return Number(statement(db, 'SELECT max(seq) AS latest FROM changes').get()?.latest ?? 0);
}

interface ChangeRow {
  seq: number;
  time: number;
  token_id: string | null;
  user_id: string | null;
  beginning: number;
}

function toChange({ seq, time, token_id, user_id }: ChangeRow): Change {
  if (token_id !== null) return { seq, time, kind: 'token', tokenId: token_id };
  if (user_id !== null) return { seq, time, kind: 'user', userId: user_id };
  return { seq, time, kind: 'all' };
}

function everything(db: DatabaseSync): Change[] {
  const row = statement(db, 'SELECT seq, time FROM changes ORDER BY seq DESC LIMIT 1').get();
  const { seq, time } = (row ?? { seq: 0, time: 0 }) as { seq: number; time: number };
  return [{ seq, time, kind: 'all' }];
}

/** Says of a user what the triggers don't: that several of its tokens have ended. */
export function leaveUserChange(db: DatabaseSync, userId: string): void {
  statement(db, 'INSERT INTO changes (user_id) VALUES (?)').run(userId);
}

/** Takes back this transaction's changes of single tokens, where one of their user says the same. */
export function foldTokenChanges(db: DatabaseSync, after: number): void {
  statement(db, 'DELETE FROM changes WHERE seq > ? AND token_id IS NOT NULL').run(after);
}

/** Begins the feed anew, far behind what any earlier one has come to. */
export function leapOverChanges(db: DatabaseSync): void {
  const seq = latestChange(db) + LEAP;
  statement(db, 'INSERT INTO changes (seq) VALUES (?)').run(seq);
  statement(db, 'DELETE FROM changes WHERE seq < ?').run(seq);
}
