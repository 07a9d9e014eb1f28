import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Server as TlsServer } from 'node:tls';
import type { FastifyBaseLogger } from 'fastify';
import { buildApp } from './app.ts';
import { auditPublicKey } from './audit/signing-key.ts';
import { type Closers, STOP_MS } from './closers.ts';
import type { Config } from './config.ts';
import { limitConnections } from './connection-limit.ts';
import { clientAddress, isFromTrustedProxy } from './http/client-address.ts';
import { formatCursor } from './http/cursor.ts';
import { createMetrics } from './http/metrics.ts';
import { createRevocationStreams } from './http/revocation-stream.ts';
import type { App, Parts } from './http/route.ts';
import { REVOCATIONS } from './http/routes/follow-revocations.ts';
import { ALWAYS, WITH_TLS } from './http/security-headers.ts';
import { decoyHash } from './login/decoy-hash.ts';
import { keepLearningHashKinds } from './login/learn-hash-kinds.ts';
import { keepRecallingKnownSources } from './login/recall-known-sources.ts';
import { createRefusalPace } from './login/refusal-pace.ts';
import { createThrottle, THROTTLE_RULES } from './login/throttle.ts';
import type { Opened, StartOptions } from './open-service.ts';
import { selfSigned } from './self-signed.ts';
import { countUnderWay, stopListening } from './stop-listening.ts';
import type { Store } from './storage/store.ts';
import { endOf, readCertificate, type TlsFiles } from './tls-files.ts';
import { createTokenFinder } from './tokens/find.ts';

/** How long a service that is told to stop goes on answering, so that whoever sends it requests notices. */
const NOTICE_MS = 250;
/** In-flight requests get this long from when it was told. */
const DRAIN_MS = 7_500;

/**
 * Connections that may wait to be accepted; the kernel allows as many (net.core.somaxconn since Linux 5.4). Of one that is
 * beyond them the client hears nothing, and tries again after a second: a burst of strangers would cost a service that.
 */
const BACKLOG = 4_096;

/** One that listens. */
interface Answering {
  readonly url: string;
  /** Takes over a renewed certificate. */
  reload(): void;
  /** Not ready at once; requests in flight finish; then everything that `closers` know is let go of. */
  drain(): Promise<void>;
}

/** Puts together what the endpoints work with, and listens. */
export async function answerRequests(
  config: Config,
  opened: Opened,
  { logger, clock, worker, report, linesDropped }: StartOptions,
  closers: Closers,
): Promise<Answering> {
  const { counts, store, hashes, knownSources, digestKeys, lastUses, sweep, activity, cluster, anchorLag } =
    opened;
  const learning = keepLearningHashKinds(hashes, store, report);
  closers.add(() => learning.stop());
  const recalling = keepRecallingKnownSources(knownSources, { store, clock, report });
  closers.add(() => recalling.stop());
  const streams = createRevocationStreams(
    store,
    (seq) => formatCursor(digestKeys, REVOCATIONS, String(seq)),
    report,
  );
  const files = await certificateFiles(config);
  const { tokenPolicy: policy } = config;
  const { account, source } = config.throttle;
  const rules = { ...THROTTLE_RULES, freeFailures: account, sourceBurst: source };
  const { verifications } = counts;
  const finder = createTokenFinder({ store, digestKeys, clock, policy, lastUses, verifications, sweep });
  let certificate = files && readCertificate(files);
  let draining = false;
  const isReady = async (): Promise<boolean> => !draining && (await answers(store));
  const parts: Parts = {
    store,
    hashes,
    decoyHash: decoyHash(config.hashParameters),
    digestKeys,
    clock,
    policy,
    tokenLimit: config.tokenLimit,
    lastUses,
    sweep,
    activity,
    refusalPace: createRefusalPace(),
    throttle: createThrottle({ store, digestKeys, clock, rules, knownSources }),
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
        anchorLag,
        certificateEnd: certificate && (() => (certificate === undefined ? 0 : endOf(certificate))),
        linesDropped,
        isReady,
      },
      worker,
    ),
    installationName: config.installationName,
    // A browser that has pinned TLS for localhost would keep it for whatever is developed there next.
    replyHeaders: config.tls === undefined || config.tls === 'self-signed' ? ALWAYS : WITH_TLS,
    isDraining: () => draining,
    isReady,
  };
  if (config.metricsListen !== undefined) {
    const { listenForMetrics } = await import('./http/metrics-listener.ts');
    const listener = await listenForMetrics(parts.metrics, config.metricsListen, report);
    closers.add(() => listener.close());
    logger.info(`metrics on ${listener.url}`);
  }
  const app = await buildApp(parts, { ...config, tls: certificate, logger });
  closers.add(() => app.close());
  limitConnections(app.server, logger);
  await app.listen({
    ...config.listen,
    backlog: BACKLOG,
    listenTextResolver: (address) => `listening on ${address}`,
  });
  const url = urlOf(app, config);
  worker?.listening(url);
  return {
    url,
    reload() {
      if (files !== undefined) certificate = renewCertificate(app, files, logger) ?? certificate;
    },
    async drain() {
      const begin = performance.now();
      const until = (ms: number): number => begin + ms - performance.now();
      draining = true;
      logger.info('draining');
      const underWay = countUnderWay(app.server);
      await wait(NOTICE_MS);
      streams.close();
      await stopListening(app.server, underWay);
      const cut = setTimeout(() => app.server.closeAllConnections(), until(DRAIN_MS));
      await closers.closeAll(until(STOP_MS));
      clearTimeout(cut);
      logger.info('stopped');
    },
  };
}

async function certificateFiles({ tls, keysDir, listen }: Config): Promise<TlsFiles | undefined> {
  return tls === 'self-signed' ? selfSigned(keysDir, listen.host) : tls;
}

/** The one that is used from now on; undefined: still the old one. */
function renewCertificate(
  app: App,
  files: TlsFiles,
  logger: FastifyBaseLogger,
): ReturnType<typeof readCertificate> | undefined {
  try {
    const renewed = readCertificate(files);
    (app.server as unknown as TlsServer).setSecureContext(renewed);
    logger.info({ file: files.certFile }, 'took over the certificate');
    return renewed;
  } catch (error) {
    logger.error({ err: error }, 'the new certificate cannot be used; the old one stays');
    return undefined;
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
