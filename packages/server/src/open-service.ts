import { availableParallelism } from 'node:os';
import type { FastifyBaseLogger } from 'fastify';
import { type ActivityRecorder, createActivityRecorder } from './activity/recorder.ts';
import { anchorElsewhere, openAnchor, tellSettled } from './anchor/open-anchor.ts';
import { auditSigner } from './audit/signing-key.ts';
import type { Clock } from './clock.ts';
import type { Closers } from './closers.ts';
import type { ClusterState } from './cluster/join-cluster.ts';
import { openSharedStore } from './cluster/open-shared-store.ts';
import type { Config } from './config.ts';
import { ConfigError } from './config-sources.ts';
import { acceptedTokens, type Counts, newCounts } from './counts.ts';
import { Refusal } from './errors.ts';
import { startHousekeeping } from './housekeeping.ts';
import { createEvenHashQueue, type EvenHashQueue } from './login/even-time.ts';
import { createHashQueue, type HashQueue } from './login/hash-queue.ts';
import { createKnownSources, type KnownSources } from './login/known-sources.ts';
import { createVerificationLoad } from './login/verification-load.ts';
import { makeFolder } from './make-folder.ts';
import { type KeysReport, readServiceKeys } from './service-keys.ts';
import { lockDirectory } from './storage/sqlite/directory-lock.ts';
import type { Store } from './storage/store.ts';
import { checkDigestKeys } from './tokens/check-keys.ts';
import type { DigestKeys } from './tokens/digest.ts';
import { createLastUses, type LastUses } from './tokens/last-use.ts';
import { createSweep } from './tokens/sweep.ts';
import { ensureFirstAdministrator, type FirstAdministrator } from './users/first-administrator.ts';
import type { WorkerLink } from './workers/worker-link.ts';

export interface StartOptions {
  readonly logger: FastifyBaseLogger;
  readonly clock: Clock;
  /** Of several processes, one that answers requests; the one that starts them has opened everything before. */
  readonly worker: WorkerLink | undefined;
  /** Background work that failed, and is tried again. */
  readonly report: (error: unknown) => void;
  readonly onFirstAdministrator: (made: FirstAdministrator) => void;
  /** Lines of the log that nobody took. */
  readonly linesDropped: () => number;
}

/** What a process works with, whether it answers requests or only starts others that do. */
export interface Opened {
  readonly counts: Counts;
  readonly store: Store;
  readonly hashes: EvenHashQueue;
  readonly knownSources: KnownSources;
  readonly digestKeys: DigestKeys;
  readonly cluster: (() => ClusterState) | undefined;
  readonly lastUses: LastUses;
  /** Ends for good the tokens that are dead by now. */
  readonly sweep: () => Promise<void>;
  readonly activity: ActivityRecorder;
  /** When the anchor has everything that was done until the call. */
  readonly anchorCaughtUp: () => Promise<void>;
  /** See `Follower.lag`; undefined where another process keeps the anchor. */
  readonly anchorLag: (() => number) | undefined;
}

/**
 * Takes the data directory and opens, in this order, the queue of hashes, the database, the keys, the anchor and what is kept
 * in memory; makes the first administrator; begins to keep house. A worker leaves to its primary what only one may do.
 */
export async function openService(
  config: Config,
  { logger, clock, worker, report, onFirstAdministrator }: StartOptions,
  closers: Closers,
): Promise<Opened> {
  const isFirst = worker === undefined;
  makeFolder(config.dataDir);
  if (isFirst) {
    const lock = lockDirectory(config.dataDir);
    closers.add(() => lock.release());
  }
  const counts = newCounts();
  const isVerifying = createVerificationLoad(() => acceptedTokens(counts.verifications));
  const { threads, beside, rest } = hashThreads(config, worker);
  const knownSources = createKnownSources();
  const hashes = createEvenHashQueue(
    createHashQueue({
      parameters: config.hashParameters,
      workers: threads,
      leave: () => (isVerifying() ? threads - beside : 0),
      rest: () => (isVerifying() ? rest : 0),
      isKnown: knownSources.has,
    }),
  );
  closers.add(() => hashes.close());
  const digestKeys = readServiceKeys(config, reportTo(logger));
  const opened = await openSharedStore(config.databaseUrl, {
    signer: auditSigner(digestKeys),
    leaseMs: config.leaseMs,
    name: `${config.installationName} ${process.pid}`,
    report: (error) =>
      logger.warn(
        { cause: (error as Error).message },
        'the connection to the other nodes is lost; trying again',
      ),
  });
  closers.add(() => opened.close());
  if ('unsafeSettings' in opened && opened.unsafeSettings.length > 0)
    logger.warn(
      { off: opened.unsafeSettings },
      'the database server is set up so that a power cut can take what was acknowledged',
    );
  await checkDigestKeys(opened, digestKeys, clock.now());
  const anchor = isFirst
    ? await openAnchor({ store: opened, hashes, config, now: clock.now() }, (error) =>
        logger.error({ err: error }, 'the anchor cannot be kept up to date; it is tried again'),
      )
    : anchorElsewhere(opened, worker.anchorCaughtUp);
  closers.add(() => anchor.stop());
  const { store } = anchor;
  if (isFirst) {
    tellSettled(anchor.settled, config, logger);
    if (isOwnDatabase(config)) await giveBackTries(store, clock, logger);
  }
  if (isFirst) {
    const made = await firstAdmin({ store, hashes, clock }, config);
    if (made !== undefined) onFirstAdministrator(made);
  }

  const lastUses = createLastUses(store);
  const activity = createActivityRecorder(store, clock);
  const sweep = createSweep({ store, policy: config.tokenPolicy, clock });
  const housekeeping = startHousekeeping(
    { store, clock, lastUses, activity, retention: config.retention, sweep },
    isFirst ? 'everything' : 'own memory',
    report,
  );
  closers.add(() => housekeeping.stop());
  return {
    counts,
    store,
    hashes,
    knownSources,
    digestKeys,
    cluster: 'clusterState' in opened ? opened.clusterState : undefined,
    lastUses,
    sweep,
    activity,
    anchorCaughtUp: anchor.caughtUp,
    anchorLag: anchor.lag,
  };
}

/** Under the lock of the directory nobody else has a try under way. A full disk must not keep the service from starting. */
async function giveBackTries(store: Store, clock: Clock, logger: FastifyBaseLogger): Promise<void> {
  await store
    .giveBackTries(clock.now())
    .catch((error: Error) =>
      logger.warn({ cause: error.message }, 'tries of a service that died still count'),
    );
}

/**
 * Threads that hash, and how many of them work beside many verifications: one core is left to those, where there are two. Where no more
 * than that one is left for all else, each hash is followed by a rest of so many times its length (docs/decisions/0025). Workers share the
 * cores; whoever only starts them hashes one password at most.
 */
function hashThreads(
  { workers, hashThreads: wanted }: Config,
  worker: WorkerLink | undefined,
): { threads: number; beside: number; rest: number } {
  if (workers > 1 && worker === undefined) return { threads: 1, beside: 1, rest: 0 };
  const all = availableParallelism();
  const cores = Math.max(1, Math.floor(all / workers));
  const threads = wanted ?? cores;
  return { threads, beside: Math.min(threads, Math.max(1, cores - 1)), rest: all <= 2 ? 4 : 0 };
}

/** One that lies in a directory this service has locked; on PostgreSQL other nodes are at work. */
function isOwnDatabase({ databaseUrl }: Config): boolean {
  return databaseUrl.startsWith('sqlite:');
}

function reportTo(logger: FastifyBaseLogger): KeysReport {
  return {
    created: (file) =>
      logger.info(
        { file },
        'made a digest key: keep this file with your backups, but apart from the database',
      ),
    exposed: (file) => logger.warn({ file }, 'others than its owner can read the digest keys: chmod 600'),
  };
}

async function firstAdmin(
  parts: { store: Store; hashes: HashQueue; clock: Clock },
  config: Config,
): Promise<FirstAdministrator | undefined> {
  try {
    const { firstAdmin, installationName } = config;
    return await ensureFirstAdministrator({ ...parts, installationName }, firstAdmin);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new ConfigError(
      `GUARDBEE_ADMIN_EMAIL and GUARDBEE_ADMIN_PASSWORD cannot be used: ${error.message}`,
    );
  }
}
