import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import type { Server as TlsServer } from 'node:tls';
import type { FastifyBaseLogger } from 'fastify';
import { createActivityRecorder } from './activity/recorder.ts';
import { anchorElsewhere, openAnchor, tellSettled } from './anchor/open-anchor.ts';
import { buildApp } from './app.ts';
import { auditPublicKey, auditSigner } from './audit/signing-key.ts';
import { type Clock, systemClock } from './clock.ts';
import { openSharedStore } from './cluster/open-shared-store.ts';
import type { Config } from './config.ts';
import { ConfigError } from './config-sources.ts';
import { newCounts } from './counts.ts';
import { Refusal } from './errors.ts';
import { startHousekeeping } from './housekeeping.ts';
import { clientAddress, isFromTrustedProxy } from './http/client-address.ts';
import { formatCursor } from './http/cursor.ts';
import { createMetrics } from './http/metrics.ts';
import { listenForMetrics } from './http/metrics-listener.ts';
import { createRevocationStreams } from './http/revocation-stream.ts';
import type { App, Parts } from './http/route.ts';
import { REVOCATIONS } from './http/routes/follow-revocations.ts';
import { ALWAYS, WITH_TLS } from './http/security-headers.ts';
import { createEvenHashQueue } from './login/even-time.ts';
import { generatePassword } from './login/generate-password.ts';
import { createHashQueue, type HashQueue } from './login/hash-queue.ts';
import { keepLearningHashKinds } from './login/learn-hash-kinds.ts';
import { createThrottle, THROTTLE_RULES } from './login/throttle.ts';
import { selfSigned } from './self-signed.ts';
import { type KeysReport, readServiceKeys } from './service-keys.ts';
import { lockDirectory } from './storage/sqlite/directory-lock.ts';
import type { Store } from './storage/store.ts';
import { readCertificate, type TlsFiles } from './tls-files.ts';
import { checkDigestKeys } from './tokens/check-keys.ts';
import { createTokenFinder } from './tokens/find.ts';
import { createLastUses } from './tokens/last-use.ts';
import { ensureFirstAdministrator, type FirstAdministrator } from './users/first-administrator.ts';
import { startWorkers } from './workers/primary.ts';
import type { WorkerLink } from './workers/worker-link.ts';

/** How long a service that is told to stop goes on answering, so that whoever sends it requests notices. */
const NOTICE_MS = 250;
/** In-flight requests get this long; the whole stop stays under the promised 10 s. */
const DRAIN_MS = 8_000;

export interface Service {
  /** Where it listens, e.g. `http://127.0.0.1:8420`. */
  readonly url: string;
  /** Only when this start created it. */
  readonly firstAdministrator: FirstAdministrator | undefined;
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
  }: { logger: FastifyBaseLogger; clock?: Clock; worker?: WorkerLink | undefined },
): Promise<Service> {
  // What has been opened is closed in the opposite order, whether the start fails or the service ends.
  const closers: (() => Promise<void> | void)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) {
      await Promise.resolve(close()).catch((error: Error) => logger.error({ err: error }, 'closing failed'));
    }
  };
  try {
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
    const lock = worker === undefined ? lockDirectory(config.dataDir) : undefined;
    closers.push(() => lock?.release());
    const threads = config.workers > 1 ? { workers: hashThreads(config, worker) } : {};
    const hashes = createEvenHashQueue(createHashQueue({ parameters: config.hashParameters, ...threads }));
    closers.push(() => hashes.close());
    const decoy = hashes.hash(generatePassword());
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
    closers.push(() => opened.close());
    await checkDigestKeys(opened, digestKeys, clock.now());
    const anchor =
      worker === undefined
        ? await openAnchor({ store: opened, hashes, config, now: clock.now() }, (error) =>
            logger.error({ err: error }, 'the anchor cannot be kept up to date; it is tried again'),
          )
        : anchorElsewhere(opened, worker.anchorCaughtUp);
    closers.push(() => anchor.stop());
    if (worker === undefined) tellSettled(anchor.settled, config, logger);
    const { store } = anchor;
    // Under the lock of the directory nobody else has a try under way. A full disk must not keep the service from starting.
    if (worker === undefined && isOwnDatabase(config)) {
      await store
        .giveBackTries(clock.now())
        .catch((error: Error) =>
          logger.warn({ cause: error.message }, 'tries of a service that died still count'),
        );
    }
    const firstAdministrator =
      worker === undefined ? await firstAdmin({ store, hashes, clock }, config) : undefined;

    const files = await certificateFiles(config);
    const { tokenPolicy: policy } = config;
    const lastUses = createLastUses(store);
    const activity = createActivityRecorder(store, clock);
    const { account, source } = config.throttle;
    const rules = { ...THROTTLE_RULES, freeFailures: account, sourceBurst: source };
    const report = (error: unknown): void =>
      logger.error({ err: error }, 'background work failed; it is tried again');
    const housekeeping = startHousekeeping(
      { store, clock, policy, lastUses, activity, retention: config.retention },
      worker === undefined ? 'everything' : 'own memory',
      report,
    );
    closers.push(() => housekeeping.stop());
    if (config.workers > 1 && worker === undefined) {
      await decoy;
      const workers = startWorkers(config.workers, anchor.caughtUp, logger);
      closers.push(() => workers.stop());
      let ending: Promise<void> | undefined;
      return {
        url: await workers.listening,
        firstAdministrator,
        reload: () => workers.signal('SIGHUP'),
        close: () => (ending ??= closeAll()),
      };
    }
    const learning = keepLearningHashKinds(hashes, store, report);
    closers.push(() => learning.stop());
    const streams = createRevocationStreams(
      store,
      (seq) => formatCursor(digestKeys, REVOCATIONS, String(seq)),
      report,
    );

    let draining = false;
    const [counts, finder] = [newCounts(), createTokenFinder({ store, digestKeys, clock, policy, lastUses })];
    const cluster = 'clusterState' in opened ? opened.clusterState : undefined;
    const parts: Parts = {
      store,
      hashes,
      decoyHash: await decoy,
      digestKeys,
      clock,
      policy,
      tokenLimit: config.tokenLimit,
      lastUses,
      activity,
      throttle: createThrottle({ store, digestKeys, clock, rules }),
      auditKeys: new Map(digestKeys.map((key) => [key.id, auditPublicKey(key)])),
      isFromTrustedProxy: isFromTrustedProxy(config.trustedProxies),
      finder,
      streams,
      addressOf: clientAddress(config.trustedProxies),
      counts,
      cluster,
      metrics: createMetrics(
        {
          counts,
          hashes,
          finder,
          activity,
          cluster,
        },
        worker,
      ),
      installationName: config.installationName,
      // A browser that has pinned TLS for localhost would keep it for whatever is developed there next.
      replyHeaders: config.tls === undefined || config.tls === 'self-signed' ? ALWAYS : WITH_TLS,
      isDraining: () => draining,
      isReady: async () => !draining && (await answers(store)),
    };
    if (config.metricsListen !== undefined) {
      const listener = await listenForMetrics(parts.metrics, config.metricsListen, report);
      closers.push(() => listener.close());
      logger.info(`metrics on ${listener.url}`);
    }
    const app = await buildApp(parts, { ...config, tls: files && readCertificate(files), logger });
    closers.push(() => app.close());
    await app.listen({ ...config.listen, listenTextResolver: (address) => `listening on ${address}` });
    const url = urlOf(app, config);
    worker?.listening(url);

    let closing: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      draining = true;
      logger.info('draining');
      await new Promise((resolve) => setTimeout(resolve, NOTICE_MS));
      streams.close();
      const cut = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
      await closeAll();
      clearTimeout(cut);
      logger.info('stopped');
    };
    const reload = (): void => {
      if (files !== undefined) replaceCertificate(app, files, logger);
    };
    return { url, firstAdministrator, reload, close: () => (closing ??= close()) };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Workers share the cores; whoever only starts them hashes one password at most. */
function hashThreads({ workers }: Config, worker: WorkerLink | undefined): number {
  return worker === undefined ? 1 : Math.max(1, Math.floor(availableParallelism() / workers));
}

/** One that lies in a directory this service has locked; on PostgreSQL other nodes are at work. */
function isOwnDatabase({ databaseUrl }: Config): boolean {
  return databaseUrl.startsWith('sqlite:');
}

async function certificateFiles({ tls, keysDir, listen }: Config): Promise<TlsFiles | undefined> {
  return tls === 'self-signed' ? selfSigned(keysDir, listen.host) : tls;
}

function replaceCertificate(app: App, files: TlsFiles, logger: FastifyBaseLogger): void {
  try {
    (app.server as unknown as TlsServer).setSecureContext(readCertificate(files));
    logger.info({ file: files.certFile }, 'took over the certificate');
  } catch (error) {
    logger.error({ err: error }, 'the new certificate cannot be used; the old one stays');
  }
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

async function answers(store: Store): Promise<boolean> {
  try {
    await store.ping();
    return true;
  } catch {
    return false;
  }
}

function urlOf(app: App, config: Config): string {
  const { port } = app.server.address() as AddressInfo;
  const host = config.listen.host.includes(':') ? `[${config.listen.host}]` : config.listen.host;
  return `${config.tls === undefined ? 'http' : 'https'}://${host}:${port}`;
}
