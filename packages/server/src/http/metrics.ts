import type { MetricObject, Registry } from 'prom-client';
import type { ClusterState } from '../cluster/join-cluster.ts';
import { databaseReads } from '../counts.ts';
import { once } from '../once.ts';
import type { WorkerLink } from '../workers/worker-link.ts';
import { addClusterMetrics } from './cluster-metrics.ts';
import type { Parts } from './route.ts';

/** Prometheus text. Every label is one of a closed set; no user, address or token occurs. */
export type Metrics = () => Promise<{ readonly contentType: string; readonly text: string }>;

/** What is counted. */
type Counted = Pick<Parts, 'counts' | 'hashes' | 'finder' | 'activity'> & {
  /** Where other machines may use the same database. */
  readonly cluster: (() => ClusterState) | undefined;
  /** Milliseconds; where this process keeps the anchor. */
  readonly anchorLag: (() => number) | undefined;
};

/** The registry is made when it is first asked for: whoever has no Prometheus need not wait for it at each start. */
export function createMetrics(counted: Counted, worker?: WorkerLink): Metrics {
  const load = once(() => createRegistry(counted));
  if (worker !== undefined) return createSharedMetrics(load, worker);
  return async () => {
    const made = await load();
    return { contentType: made.contentType, text: await made.metrics() };
  };
}

/**
 * Of all workers, whichever is asked, each under its own label: a worker that is started anew counts from 0, and in a sum
 * that would look as if everything had.
 */
function createSharedMetrics(load: () => Promise<Registry>, worker: WorkerLink): Metrics {
  worker.tellMetrics(async () => {
    const own = await load();
    own.setDefaultLabels({ worker: String(worker.slot) });
    return own.getMetricsAsJSON();
  });
  return async () => {
    const { AggregatorRegistry } = await import('prom-client');
    const all = AggregatorRegistry.aggregate([...(await worker.everybodysMetrics())]);
    return { contentType: all.contentType, text: await all.metrics() };
  };
}

/** What the process that only starts workers tells of itself, beside what they count. */
export function createPrimaryMetrics(anchorLag: () => number): () => Promise<readonly MetricObject[]> {
  const load = once(async () => {
    const { Registry } = await import('prom-client');
    const registry = new Registry();
    await addAnchorLag(registry, anchorLag);
    return registry;
  });
  return async () => (await load()).getMetricsAsJSON();
}

async function addAnchorLag(registry: Registry, anchorLag: () => number): Promise<void> {
  const { Gauge } = await import('prom-client');
  new Gauge({
    name: 'guardbee_audit_anchor_lag_seconds',
    help: 'Since everything in the audit trail was in the anchor: about one at most, when all is well.',
    registers: [registry],
    collect() {
      this.set(anchorLag() / 1_000);
    },
  });
}

async function createRegistry({
  counts,
  hashes,
  finder,
  activity,
  cluster,
  anchorLag,
}: Counted): Promise<Registry> {
  const { Counter, collectDefaultMetrics, Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const byOutcome = (name: string, help: string, values: Readonly<Record<string, number>>): void => {
    new Counter({
      name,
      help,
      labelNames: ['outcome'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [outcome, count] of Object.entries(values)) this.inc({ outcome }, count);
      },
    });
  };
  byOutcome('guardbee_logins_total', 'Logins by outcome.', counts.logins);
  byOutcome('guardbee_logouts_total', 'Logouts by outcome.', counts.logouts);
  new Counter({
    name: 'guardbee_verifications_total',
    help: 'Tokens asked about, by where the answer came from (memory, database, their form alone) and what it was.',
    labelNames: ['path', 'outcome'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [path, outcomes] of Object.entries(counts.verifications))
        for (const [outcome, count] of Object.entries<number>(outcomes)) this.inc({ path, outcome }, count);
    },
  });
  new Counter({
    name: 'guardbee_password_hashes_total',
    help: 'Password hashes computed, for whatever reason.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(hashes.counts().started);
    },
  });
  new Counter({
    name: 'guardbee_token_reads_total',
    help: 'Tokens looked up in the database: verifications that were not remembered.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(databaseReads(counts.verifications));
    },
  });
  new Counter({
    name: 'guardbee_request_records_dropped_total',
    help: 'Requests that were too many to be kept one by one.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(activity.counts().dropped);
    },
  });
  new Gauge({
    name: 'guardbee_tokens_remembered',
    help: 'Verifications in memory.',
    registers: [registry],
    collect() {
      this.set(finder.remembered());
    },
  });
  new Gauge({
    name: 'guardbee_hash_queue_waiting',
    help: 'Passwords that wait to be hashed.',
    registers: [registry],
    collect() {
      this.set(hashes.counts().waiting);
    },
  });
  if (anchorLag !== undefined) await addAnchorLag(registry, anchorLag);
  if (cluster !== undefined) await addClusterMetrics(registry, cluster);
  return registry;
}
