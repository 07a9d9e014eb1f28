import pg from 'pg';
import type { Bell, ClusterLink, Look, Looking, OpenLink } from '../cluster-link.ts';
import { whatChanged } from './changes.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { greet } from './connections.ts';
import { toStoreError } from './postgres-error.ts';

/** Whoever is further behind than this has less to do when it forgets everything. */
const mostAtOnce = 10_000;

/** Milliseconds. */
const connectPatience = 1_000;

const channels: Readonly<Record<Bell, string>> = {
  changed: 'guardbee_changed',
  applied: 'guardbee_applied',
};

/** @param patience Milliseconds that a statement may take. */
export function linkOpener(options: ConnectionOptions, patience: number): OpenLink {
  return async (onBell) => {
    const client = new pg.Client({
      ...options,
      application_name: 'guardbee cluster',
      connectionTimeoutMillis: connectPatience,
      keepAlive: true,
      statement_timeout: patience * 0.85,
      query_timeout: patience,
    });
    // Whoever looks next is told.
    client.on('error', () => {});
    const query = async <R>(text: string, values: readonly unknown[] = [], name?: string): Promise<R[]> => {
      try {
        return (await client.query({ text, values: values as unknown[], ...(name && { name }) })).rows as R[];
      } catch (error) {
        throw toStoreError(error);
      }
    };
    try {
      await client.connect();
      await greet(client, 'writes');
      // To plan a look costs more than to take it, and what a plan without values would guess of the changes is wrong.
      await query(
        "SELECT set_config('plan_cache_mode', 'force_generic_plan', false), set_config('enable_seqscan', 'off', false)",
      );
      // First this, then the first look: what is committed in between rings.
      for (const channel of Object.values(channels)) await query(`LISTEN ${channel}`);
    } catch (error) {
      void client.end().catch(() => {});
      throw toStoreError(error);
    }
    const { processID: self } = client as unknown as { processID: number };
    client.on('notification', ({ channel, processId }) => {
      if (processId === self) return;
      onBell(channel === channels.changed ? 'changed' : 'applied');
    });
    return {
      look: async (looking) => toLook(looking, await query<LookRow>(lookText, valuesOf(looking), 'look')),
      register: async ({ id, name, leaseMs }) => {
        await query('INSERT INTO nodes (id, name, lease_ms) VALUES ($1, $2, $3)', [id, name, leaseMs]);
      },
      prune: async (id, beat) => {
        await query('DELETE FROM nodes WHERE id = $1 AND beat = $2', [id, beat]);
      },
      leave: async (id) => {
        await query('DELETE FROM nodes WHERE id = $1', [id]);
      },
      close: () => void client.end().catch(() => {}),
    } satisfies ClusterLink;
  };
}

interface LookRow {
  snapshot: string;
  is_registered: boolean;
  /** Null without a snapshot to compare with. */
  is_lost: boolean | null;
  changes: [xid: string, tokenId: string | null, userId: string | null][];
  nodes: [id: string, leaseMs: number, beat: number, applied: string | null][];
}

/**
 * What is visible now and was not in the snapshot of the look before: each change carries its transaction's id, and a
 * snapshot says of each transaction whether it was visible, so that commits out of order and open transactions make no
 * difference.
 *
 * One statement has one snapshot, and `pg_current_snapshot()` is that one. The node's row need not survive a crash of the
 * server, so that the disk is not waited for: an older row says less. Bells ring when the statement is committed.
 */
const lookText = `
WITH own AS (
  UPDATE nodes SET beat = beat + 1, applied = $2::pg_snapshot, seen = clock_timestamp() WHERE id = $1 RETURNING 1
), news AS (
  SELECT xid, token_id, user_id FROM changes
   WHERE xid >= pg_snapshot_xmin($2::pg_snapshot) AND NOT pg_visible_in_snapshot(xid, $2::pg_snapshot)
   LIMIT ${mostAtOnce + 1}
)
SELECT pg_current_snapshot()::text AS snapshot,
       EXISTS (SELECT 1 FROM own) AS is_registered,
       (SELECT xid FROM changes_removed) >= pg_snapshot_xmin($2::pg_snapshot)
         OR pg_snapshot_xmax($2::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot()) AS is_lost,
       (SELECT coalesce(json_agg(json_build_array(xid::text, token_id, user_id)), '[]') FROM news) AS changes,
       (SELECT coalesce(json_agg(json_build_array(id, lease_ms, beat, applied::text)), '[]') FROM nodes
         WHERE id <> coalesce($1::text, '')) AS nodes,
       set_config('synchronous_commit', 'off', true),
       CASE WHEN $3::boolean THEN pg_notify('${channels.changed}', '')::text END,
       CASE WHEN $4::boolean THEN pg_notify('${channels.applied}', '')::text END`;

function valuesOf({ node, since, ring }: Looking): unknown[] {
  return [node ?? null, since ?? null, ring.has('changed'), ring.has('applied')];
}

function toLook({ since }: Looking, [row]: LookRow[]): Look {
  if (row === undefined) throw new Error('the statement always answers with a row');
  const isTold = since !== undefined && row.is_lost === false && row.changes.length <= mostAtOnce;
  return {
    snapshot: row.snapshot,
    isRegistered: row.is_registered,
    changes: isTold
      ? row.changes.map(([xid, tokenId, userId]) => ({
          xid: BigInt(xid),
          what: whatChanged(tokenId, userId),
        }))
      : undefined,
    nodes: row.nodes.map(([id, leaseMs, beat, applied]) => ({
      id,
      leaseMs,
      beat,
      applied: applied ?? undefined,
    })),
  };
}
