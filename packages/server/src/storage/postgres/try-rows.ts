import type { TryKeys } from '../throttle-store.ts';
import { type Counter, saysNothing } from '../tries.ts';
import type { Session } from './connections.ts';

export interface Tries {
  readonly account: Counter | undefined;
  readonly lane: Counter | undefined;
  /** When the source has all of its tries again; null: it has. */
  readonly fullAt: number | null;
}

interface TryRow {
  name: 'account' | 'lane' | 'source';
  failures: number;
  under_way: number;
  last: number | null;
  fingerprints: Uint8Array;
  known: number | null;
}

/** All that is known about these keys, of one moment. */
export async function readTries(session: Pick<Session, 'query'>, keys: TryKeys): Promise<Tries> {
  const rows = await session.query<TryRow>(
    `SELECT CASE key WHEN $1 THEN 'account' ELSE 'lane' END AS name, failures, under_way, last, fingerprints, known
       FROM try_counters WHERE key IN ($1, $2)
     UNION ALL SELECT 'source', 0, 0, full_at, '', NULL FROM try_sources WHERE key = $3`,
    [keys.account, keys.lane, keys.source],
  );
  const find = (name: TryRow['name']): TryRow | undefined => rows.find((row) => row.name === name);
  return {
    account: toCounter(find('account')),
    lane: toCounter(find('lane')),
    fullAt: find('source')?.last ?? null,
  };
}

function toCounter(row: TryRow | undefined): Counter | undefined {
  if (row === undefined) return undefined;
  const { failures, under_way: underWay, last, known } = row;
  return { failures, underWay, last, known, fingerprints: row.fingerprints };
}

/** What says nothing has no row. */
export async function writeCounter(
  session: Session,
  key: Uint8Array,
  counter: Counter,
  touched: number,
): Promise<void> {
  if (saysNothing(counter)) {
    await forgetCounter(session, key);
    return;
  }
  const { failures, underWay, last, fingerprints, known } = counter;
  await session.query(
    `INSERT INTO try_counters (key, failures, under_way, last, fingerprints, known, touched)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, under_way = excluded.under_way,
         last = excluded.last, fingerprints = excluded.fingerprints, known = excluded.known, touched = excluded.touched`,
    [key, failures, underWay, last, fingerprints, known, touched],
  );
}

/** False when there was none. */
export async function forgetCounter(session: Session, key: Uint8Array): Promise<boolean> {
  return (await session.query('DELETE FROM try_counters WHERE key = $1 RETURNING 1', [key])).length > 0;
}

export async function writeSource(session: Session, key: Uint8Array, fullAt: number): Promise<void> {
  await session.query(
    'INSERT INTO try_sources (key, full_at) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET full_at = excluded.full_at',
    [key, fullAt],
  );
}
