import { type Changed, whatChanged } from './changes.ts';
import type { Database } from './database.ts';

export interface VisibleChanges {
  /** Where the next call goes on: PostgreSQL's `pg_snapshot`, as text. */
  readonly snapshot: string;
  readonly changes: readonly Changed[];
}

/**
 * For a memory that must take in every change without exception, by one read that writes nothing: everything that is visible now and was
 * not visible in `snapshot`, in no particular order. Each change carries its transaction's id, and a snapshot says of each
 * transaction whether it was visible, so that commits out of order and open transactions make no difference.
 * Without a snapshot: where it begins. Of kind `all`, when the snapshot is older than the record, or of another
 * database's future (a backup was restored).
 */
export async function changesVisibleSince(
  database: Database,
  snapshot: string | undefined,
): Promise<VisibleChanges> {
  // One statement has one snapshot, and pg_current_snapshot() is that one.
  const rows = await database.read<Row>(
    `SELECT here.snapshot::text, here.is_lost, c.time, c.token_id, c.user_id
       FROM (SELECT pg_current_snapshot() AS snapshot, floor(extract(epoch FROM clock_timestamp()) * 1000) AS now,
                    (SELECT xid FROM changes_removed) >= pg_snapshot_xmin($1::pg_snapshot)
                      OR pg_snapshot_xmax($1::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot()) AS is_lost) AS here
       LEFT JOIN changes c ON c.xid >= pg_snapshot_xmin($1::pg_snapshot)
                          AND NOT pg_visible_in_snapshot(c.xid, $1::pg_snapshot)`,
    [snapshot ?? null],
  );
  const [first] = rows;
  if (first === undefined) throw new Error('the statement always answers with a row');
  if (first.is_lost === true)
    return { snapshot: first.snapshot, changes: [{ kind: 'all', time: Date.now() }] };
  return {
    snapshot: first.snapshot,
    changes: rows.flatMap((row) => (row.time === null ? [] : [whatChanged({ ...row, time: row.time })])),
  };
}

interface Row {
  snapshot: string;
  /** Null without a snapshot to compare with. */
  is_lost: boolean | null;
  time: number | null;
  token_id: string | null;
  user_id: string | null;
}
