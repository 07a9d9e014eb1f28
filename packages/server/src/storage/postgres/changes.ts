import { LEAP } from '../changes-leap.ts';
import type { Change, WhatChanged } from '../records.ts';
import type { Session } from './connections.ts';
import type { Database } from './database.ts';
import { lockNumbers } from './locks.ts';

/**
 * The feed of changes. Triggers of the schema write its rows; how they get their order is the matter here.
 *
 * A number taken when the row is written would not do: transactions commit in another order than they take numbers.
 * Whoever has read up to 7 would never look at 6, which was committed later. A lock from the number to the commit would
 * help, but all logouts of all nodes would then wait for each other's disks, and all of them for one transaction that
 * somebody left open. To read only what is older than every open transaction (`pg_snapshot_xmin`) skips nothing, but one
 * open transaction, even in another database, holds up everything behind it: a logout that has been answered would not
 * be told.
 *
 * So rows are written without a number, and get it *after* their commit: whoever reads and finds committed rows
 * without one calls `number_changes()` first. It takes an advisory lock and then, in a statement and thus a snapshot of its
 * own, numbers everything it sees, behind the numbers that are there.
 *
 * - Who has seen a number has seen all before it: numbers are given out by one call after the other, each call's become
 *   visible together, by its commit, before the next call gets the lock; and all of them are greater than the ones before.
 * - What was answered before a read began is in it: it was committed, so the read's first statement either sees its
 *   number, or sees it without one; in that case the read numbers it and looks again.
 * - The order is that of the commits, as far as anybody can know it: a change that was answered before another's
 *   transaction wrote its row has the smaller `n`, and never a later call. Of two that were under way at the same time,
 *   either may come first.
 * - An open transaction holds up nobody: what it has written is invisible, and is numbered when it is committed. A
 *   service that stops in the middle holds up nobody either, because the call is one statement, and ends by itself.
 *
 * The price is one more write per look that finds something, however many changes it finds.
 */
export async function changesAfter(database: Database, seq: number, limit: number): Promise<Change[]> {
  await numberChanges(database);
  // One statement, so that the rows and the ends of the record are of one moment.
  const rows = await database.read<ChangeRow>(
    `SELECT f.seq, f.time, f.token_id, f.user_id, ends.beginning, ends.latest, ends.latest_time
       FROM (SELECT (SELECT seq FROM changes WHERE seq IS NOT NULL ORDER BY seq LIMIT 1) AS beginning, seq AS latest, time AS latest_time
               FROM changes WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1) AS ends
       LEFT JOIN LATERAL (SELECT seq, time, token_id, user_id FROM changes WHERE seq > $1 ORDER BY seq LIMIT $2) AS f ON true
       ORDER BY f.seq`,
    [seq, limit],
  );
  const [ends] = rows;
  if (ends === undefined) throw new Error('the record of changes has lost its first row');
  if (seq < ends.beginning || seq > ends.latest)
    return [{ seq: ends.latest, time: ends.latest_time, kind: 'all' }];
  return rows.flatMap((row) =>
    row.seq === null ? [] : [{ seq: row.seq, time: row.time, ...whatChanged(row.token_id, row.user_id) }],
  );
}

export async function latestChange(database: Database): Promise<number> {
  await numberChanges(database);
  const [row] = await database.read<{ latest: number }>('SELECT max(seq) AS latest FROM changes');
  return row?.latest ?? 0;
}

/** Gives numbers to what is committed by now. */
export async function numberChanges(database: Database): Promise<void> {
  const without = await database.read('SELECT 1 FROM changes WHERE seq IS NULL LIMIT 1');
  if (without.length > 0) await database.write('SELECT number_changes()');
}

interface ChangeRow {
  seq: number | null;
  time: number;
  token_id: string | null;
  user_id: string | null;
  beginning: number;
  latest: number;
  latest_time: number;
}

export function whatChanged(tokenId: string | null, userId: string | null): WhatChanged {
  if (tokenId !== null) return { kind: 'token', tokenId };
  if (userId !== null) return { kind: 'user', userId };
  return { kind: 'all' };
}

/** Says of a user what the triggers don't: that several of its tokens have ended. */
export async function leaveUserChange(session: Session, userId: string): Promise<void> {
  await session.query('INSERT INTO changes (user_id) VALUES ($1)', [userId]);
}

/** Takes back this transaction's changes of single tokens, where one of their user says the same. */
export async function foldTokenChanges(session: Session): Promise<void> {
  await session.query('DELETE FROM changes WHERE xid = pg_current_xact_id() AND token_id IS NOT NULL');
}

/** Begins the feed anew, far behind what any earlier one has come to. What goes is noted as `number_changes()` does. */
export async function leapOverChanges(session: Session): Promise<void> {
  await lockNumbers(session);
  const [row] = await session.query<{ seq: number }>('SELECT max(seq) + $1::bigint AS seq FROM changes', [
    LEAP,
  ]);
  const seq = row?.seq ?? LEAP;
  await session.query('INSERT INTO changes (seq) VALUES ($1)', [seq]);
  await session.query(
    `WITH removed AS (DELETE FROM changes WHERE seq < $1 RETURNING xid), gone AS (SELECT xid FROM removed ORDER BY xid DESC LIMIT 1)
      UPDATE changes_removed SET xid = gone.xid FROM gone WHERE changes_removed.xid < gone.xid`,
    [seq],
  );
}
