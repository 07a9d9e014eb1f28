import type { Counter, MetricObject, Registry } from 'prom-client';
import type { ClusterState } from '../cluster/join-cluster.ts';
import { databaseReads } from '../counts.ts';
import { once } from '../once.ts';
import { VERSION } from '../version.ts';
import type { WorkerLink } from '../workers/worker-link.ts';
import { addClusterMetrics } from './cluster-metrics.ts';
import { type MetricKinds, metricKinds } from './metric-kinds.ts';
import type { Parts } from './route.ts';

/** Prometheus text. Every label is one of a closed set; no user, address or token occurs. */
export type Metrics = () => Promise<{ readonly contentType: string; readonly text: string }>;

/** What is counted. */
type Counted = Pick<Parts, 'counts' | 'hashes' | 'finder' | 'activity' | 'isReady'> & {
  /** Where other machines may use the same database. */
  readonly cluster: (() => ClusterState) | undefined;
  /** Milliseconds; where this process keeps the anchor. */
  readonly anchorLag: (() => number) | undefined;
  /** Milliseconds since 1970; where there is TLS. */
  readonly certificateEnd: (() => number) | undefined;
  readonly linesDropped: () => number;
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
    addAnchorLag(await metricKinds(registry), anchorLag);
    return registry;
  });
  return async () => (await load()).getMetricsAsJSON();
}

function addAnchorLag({ gauge }: MetricKinds, anchorLag: () => number): void {
  gauge(
    'guardbee_audit_anchor_lag_seconds',
    'Since everything in the audit trail was in the anchor: about one at most, when all is well.',
    () => anchorLag() / 1_000,
  );
}

async function createRegistry({
  counts,
  hashes,
  finder,
  activity,
  cluster,
  anchorLag,
  certificateEnd,
  linesDropped,
  isReady,
}: Counted): Promise<Registry> {
  const { Counter: CounterOf, collectDefaultMetrics, Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // They count from here on: what was used before is added.
  const { user, system } = process.cpuUsage();
  for (const [name, used] of [
    ['process_cpu_user_seconds_total', user],
    ['process_cpu_system_seconds_total', system],
    ['process_cpu_seconds_total', user + system],
  ] as const)
    (registry.getSingleMetric(name) as Counter).inc(used / 1e6);

  const kinds = await metricKinds(registry);
  const { count, gauge, byOutcome } = kinds;
  byOutcome('guardbee_logins_total', 'Logins by outcome.', () => counts.logins);
  byOutcome('guardbee_logouts_total', 'Logouts by outcome.', () => counts.logouts);
  new CounterOf({
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
  count('guardbee_requests_failed_total', 'Requests that met a defect, and got 500.', () => counts.failures);
  count(
    'guardbee_password_hashes_total',
    'Password hashes computed, for whatever reason.',
    () => hashes.counts().started,
  );
  count(
    'guardbee_hash_queue_refused_total',
    'Passwords that were not hashed, because too many waited or one waited for too long.',
    () => hashes.counts().refused,
  );
  gauge('guardbee_hash_queue_waiting', 'Passwords that wait to be hashed.', () => hashes.counts().waiting);
  gauge('guardbee_hashes_running', 'Password hashes that are being computed.', () => hashes.counts().running);
  gauge(
    'guardbee_hash_threads',
    'Password hashes that may be computed at once.',
    () => hashes.counts().threads,
  );
  count(
    'guardbee_token_reads_total',
    'Tokens looked up in the database: verifications that were not remembered.',
    () => databaseReads(counts.verifications),
  );
  gauge('guardbee_tokens_remembered', 'Verifications in memory.', finder.remembered);
  count(
    'guardbee_request_records_dropped_total',
    'Requests that were too many to be kept one by one.',
    () => activity.counts().dropped,
  );
  count('guardbee_log_lines_dropped_total', 'Lines of the log that nobody took in time.', linesDropped);
  gauge('guardbee_ready', 'Whether the service takes requests, as /readyz says.', async () =>
    Number(await isReady()),
  );
  if (certificateEnd !== undefined) {
    gauge(
      'guardbee_certificate_end_timestamp_seconds',
      'When the certificate that is in use runs out.',
      () => certificateEnd() / 1_000,
    );
  }
  new Gauge({
    name: 'guardbee_build_info',
    help: 'Which Guardbee this is; 1.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version: VERSION }, 1);
  if (anchorLag !== undefined) addAnchorLag(kinds, anchorLag);
  if (cluster !== undefined) await addClusterMetrics(registry, cluster);
  return registry;
}
