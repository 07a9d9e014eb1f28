import cluster, { type Worker } from 'node:cluster';
import type { MetricObject } from 'prom-client';
import type { FromPrimary, FromWorker } from './protocol.ts';
import { SLOT } from './protocol.ts';

/** A worker that is not gone by then is ended the hard way. Milliseconds; above a worker's own limit. */
const STOP_MS = 9_500;
/** A worker that doesn't say what it counts in time is left out of that scrape. */
const METRICS_MS = 1_000;
/** Milliseconds before a dead worker is replaced, doubled each time; one that has lived for so long counts as well. */
const RESTART = { first: 100, most: 10_000, well: 30_000 };

export interface Workers {
  /** Where they listen, when all of them do. Rejects when one ends before. */
  readonly listening: Promise<string>;
  signal(signal: NodeJS.Signals): void;
  /** Lets them drain, and resolves when all are gone. */
  stop(): Promise<void>;
}

/** What workers are told of the process that starts them. */
interface Primary {
  /** Resolves when everything committed before is in the anchor. */
  readonly anchorCaughtUp: () => Promise<void>;
  readonly ownMetrics: () => Promise<readonly MetricObject[]>;
}

interface Log {
  info(details: object, text: string): void;
  error(details: object, text: string): void;
}

/**
 * Forks `count` processes of the same command, which share one listening socket (node:cluster: this process accepts, and hands
 * connections out in turn), and replaces those that die.
 */
export function startWorkers(count: number, { anchorCaughtUp, ownMetrics }: Primary, log: Log): Workers {
  const { promise: listening, resolve, reject } = Promise.withResolvers<string>();
  const ready = new Set<number>();
  const delays = new Map<number, number>();
  const scrapes = new Map<number, (worker: number, metrics: readonly MetricObject[]) => void>();
  let scrape = 0;
  let isStopping = false;

  function fork(slot: number): void {
    const begin = performance.now();
    const worker = cluster.fork({ [SLOT]: String(slot) });
    worker.on('message', (message: FromWorker) => hear(worker, slot, message));
    worker.on('exit', (code, signal) => {
      if (isStopping) return;
      if (ready.size < count) {
        isStopping = true;
        for (const other of all()) other.process.kill('SIGKILL');
        reject(new Error(`worker ${slot} ended with ${signal ?? code} before it listened`));
        return;
      }
      const lived = performance.now() - begin;
      const delay = lived > RESTART.well ? RESTART.first : (delays.get(slot) ?? RESTART.first);
      delays.set(slot, Math.min(delay * 2, RESTART.most));
      log.error({ worker: slot, ended: signal ?? code, restart_ms: delay }, 'a worker has died');
      setTimeout(() => {
        if (!isStopping) fork(slot);
      }, delay);
    });
  }

  function hear(worker: Worker, slot: number, message: FromWorker): void {
    const answer = (said: FromPrimary): void => void (worker.isConnected() && worker.send(said));
    if ('say' in message) {
      ready.add(slot);
      if (ready.size === count) resolve(message.url);
    } else if ('answer' in message) {
      scrapes.get(message.id)?.(worker.id, message.metrics);
    } else if (message.ask === 'anchor') {
      void anchorCaughtUp().then(() => answer({ answer: 'anchor', id: message.id }));
    } else {
      void Promise.all([ownMetrics(), askAll()]).then(([own, theirs]) =>
        answer({ answer: 'metrics', id: message.id, all: [own, ...theirs] }),
      );
    }
  }

  function askAll(): Promise<readonly (readonly MetricObject[])[]> {
    scrape += 1;
    const id = scrape;
    const asked = new Set(all().filter((worker) => worker.isConnected()));
    const answers: (readonly MetricObject[])[] = [];
    return new Promise((done) => {
      const finish = (): void => {
        clearTimeout(timer);
        scrapes.delete(id);
        done(answers);
      };
      const timer = setTimeout(finish, METRICS_MS);
      scrapes.set(id, (_worker, metrics) => {
        if (answers.push(metrics) === asked.size) finish();
      });
      for (const worker of asked) worker.send({ ask: 'metrics', id } satisfies FromPrimary);
    });
  }

  for (let slot = 1; slot <= count; slot += 1) fork(slot);

  return {
    listening,
    signal(signal) {
      for (const worker of all()) worker.process.kill(signal);
    },
    async stop() {
      isStopping = true;
      const gone = all().map((worker) => new Promise<void>((end) => worker.once('exit', () => end())));
      for (const worker of all()) worker.process.kill('SIGTERM');
      const timer = setTimeout(() => {
        for (const worker of all()) worker.process.kill('SIGKILL');
      }, STOP_MS);
      await Promise.all(gone);
      clearTimeout(timer);
    },
  };
}

function all(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}
