import type { Registry } from 'prom-client';
import type { ClusterState } from '../cluster/join-cluster.ts';
import { metricKinds } from './metric-kinds.ts';

/** What a node among others says of itself: see `docs/revocation.md`. */
export async function addClusterMetrics(registry: Registry, state: () => ClusterState): Promise<void> {
  const { Gauge } = await import('prom-client');
  const { count, gauge, byOutcome } = await metricKinds(registry);
  gauge('guardbee_cluster_nodes', 'Nodes that answer from memory, this one included.', () => state().nodes);
  gauge(
    'guardbee_cluster_lease_age_seconds',
    'Since this node last looked at what has changed; infinite when it may not answer from memory.',
    () => (state().leaseAge ?? Number.POSITIVE_INFINITY) / 1_000,
  );
  gauge(
    'guardbee_cluster_revocation_bound_seconds',
    'After this time no node accepts what was revoked, whatever has failed.',
    () => state().bound / 1_000,
  );
  new Gauge({
    name: 'guardbee_database_connections',
    help: 'Connections of the pools to PostgreSQL, by what they are for and whether they are in use; waiting: who waits for one.',
    labelNames: ['use', 'state'],
    registers: [registry],
    collect() {
      for (const [use, states] of Object.entries(state().connections))
        for (const [name, count] of Object.entries(states)) this.set({ use, state: name }, count);
    },
  });
  count('guardbee_cluster_looks_total', 'Looks at what has changed.', () => state().looks);
  count(
    'guardbee_cluster_wait_seconds_total',
    'Time that acts have waited for other nodes.',
    () => state().waited / 1_000,
  );
  byOutcome(
    'guardbee_cluster_waits_total',
    'Acts that waited for other nodes, by what ended it: all had taken it in, leases had run out, or it could not be found out.',
    () => state().waits,
  );
}
