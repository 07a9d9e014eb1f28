import type { Registry } from 'prom-client';
import type { ClusterState } from '../cluster/join-cluster.ts';

/** What a node among others says of itself: see `docs/revocation.md`. */
export async function addClusterMetrics(registry: Registry, state: () => ClusterState): Promise<void> {
  const { Counter, Gauge } = await import('prom-client');
  const registers = [registry];
  const gauge = (name: string, help: string, read: (state: ClusterState) => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read(state()));
      },
    });
  };
  const counter = (name: string, help: string, read: (state: ClusterState) => number): void => {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read(state()));
      },
    });
  };
  gauge('guardbee_cluster_nodes', 'Nodes that answer from memory, this one included.', ({ nodes }) => nodes);
  gauge(
    'guardbee_cluster_lease_age_seconds',
    'Since this node last looked at what has changed; infinite when it may not answer from memory.',
    ({ leaseAge }) => (leaseAge ?? Number.POSITIVE_INFINITY) / 1_000,
  );
  gauge(
    'guardbee_cluster_revocation_bound_seconds',
    'After this time no node accepts what was revoked, whatever has failed.',
    ({ bound }) => bound / 1_000,
  );
  new Gauge({
    name: 'guardbee_database_connections',
    help: 'Connections of the pools to PostgreSQL, by what they are for and whether they are in use; waiting: who waits for one.',
    labelNames: ['use', 'state'],
    registers,
    collect() {
      for (const [use, states] of Object.entries(state().connections))
        for (const [name, count] of Object.entries(states)) this.set({ use, state: name }, count);
    },
  });
  counter('guardbee_cluster_looks_total', 'Looks at what has changed.', ({ looks }) => looks);
  counter(
    'guardbee_cluster_wait_seconds_total',
    'Time that acts have waited for other nodes.',
    ({ waited }) => waited / 1_000,
  );
  new Counter({
    name: 'guardbee_cluster_waits_total',
    help: 'Acts that waited for other nodes, by what ended it: all had taken it in, leases had run out, or it could not be found out.',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(state().waits)) this.inc({ outcome }, count);
    },
  });
}
