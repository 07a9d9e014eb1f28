import type { FastifyBaseLogger } from 'fastify';
import { answerRequests } from './answer-requests.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Closers, createClosers, STOP_MS } from './closers.ts';
import type { Config } from './config.ts';
import { keepTickShape } from './http/keep-tick-shape.ts';
import { createPrimaryMetrics } from './http/metrics.ts';
import { once } from './once.ts';
import { type Opened, openService } from './open-service.ts';
import type { FirstAdministrator } from './users/first-administrator.ts';
import { startWorkers } from './workers/primary.ts';
import type { WorkerLink } from './workers/worker-link.ts';

export interface Service {
  /** Where it listens, e.g. `http://127.0.0.1:8420`. */
  readonly url: string;
  /** Not ready at once; requests in flight finish; then everything is let go of. Never rejects. */
  close(): Promise<void>;
  /**
   * Takes over a renewed certificate, for connections that begin from now on. Keeps the old one, and logs why, when the
   * new one can't be used. Nothing to do without TLS.
   */
  reload(): void;
}

/**
 * The process: takes the data directory, opens what the service works with, listens.
 *
 * With several workers this process only opens, keeps house and starts them; `worker` is what each of them is given.
 *
 * Rejects with `ConfigError`, `DigestKeysError`, `StoreUnusable` or `StoreUnavailable`, or with the system's error when
 * it can't listen; nothing is left open then.
 */
export async function startService(
  config: Config,
  {
    logger,
    clock = systemClock(),
    worker,
    onFirstAdministrator = () => {},
    linesDropped = () => 0,
  }: {
    logger: FastifyBaseLogger;
    clock?: Clock;
    worker?: WorkerLink | undefined;
    /** Called at once when this start has made one: nobody else has its password, whatever becomes of the start. */
    onFirstAdministrator?: (made: FirstAdministrator) => void;
    /** Lines of the log that nobody took, for whoever counts them. */
    linesDropped?: () => number;
  },
): Promise<Service> {
  // Before a collection could come in between.
  keepTickShape();
  const closers = createClosers(logger);
  const report = (error: unknown): void =>
    logger.error({ err: error }, 'background work failed; it is tried again');
  const options = { logger, clock, worker, report, onFirstAdministrator, linesDropped };
  try {
    const opened = await openService(config, options, closers);
    if (config.workers > 1 && worker === undefined)
      return await leaveToWorkers(config, opened, logger, closers);
    const { url, reload, drain } = await answerRequests(config, opened, options, closers);
    return { url, reload, close: once(drain) };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

/** This process answers no requests itself. */
async function leaveToWorkers(
  { workers: count }: Config,
  { anchorCaughtUp, anchorLag }: Opened,
  logger: FastifyBaseLogger,
  closers: Closers,
): Promise<Service> {
  const ownMetrics = anchorLag === undefined ? async () => [] : createPrimaryMetrics(anchorLag);
  const workers = startWorkers(count, { anchorCaughtUp, ownMetrics }, logger);
  closers.add(() => workers.stop());
  return {
    url: await workers.listening,
    reload: () => workers.signal('SIGHUP'),
    // The workers have their own time before.
    close: once(() => closers.closeAll(STOP_MS + 300)),
  };
}
