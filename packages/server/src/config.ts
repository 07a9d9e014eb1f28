import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { AfterRestore } from './anchor/choices.ts';
import { CONFIG_FILE, gatherSettings, type Setting } from './config-sources.ts';
import type { Retention } from './housekeeping.ts';
import type { HashParameters } from './login/password.ts';
import {
  DAY,
  listOf,
  MINUTE,
  parseAfterRestore,
  parseCount,
  parseDatabaseUrl,
  parseDuration,
  parseFirstAdmin,
  parseHashParameters,
  parseHashThreads,
  parseKeys,
  parseLease,
  parseListen,
  parseLogLevel,
  parseName,
  parseNetwork,
  parseOrigin,
  parseTokenLimit,
  parseWorkers,
} from './setting-values.ts';
import { type Flags, type LogLevel, SETTINGS } from './settings.ts';
import { shownValue } from './shown-value.ts';
import type { TokenPolicy } from './storage/records.ts';
import type { TokenLimit } from './storage/store.ts';
import { readTls, type TlsFiles } from './tls-files.ts';
import type { DigestKeys } from './tokens/digest.ts';

/** How the service is set up. Checked once, at start; nothing else reads the environment. */
export interface Config {
  readonly listen: { readonly host: string; readonly port: number };
  readonly metricsListen: Config['listen'] | undefined;
  readonly dataDir: string;
  readonly keysDir: string;
  readonly databaseUrl: string;
  /** Processes that answer requests; 1: this one. */
  readonly workers: number;
  /** Where it is kept how far the database has come: see `anchor/`. */
  readonly anchorFile: string;
  /** What to do about a database that is older than its anchor; undefined: not to start. */
  readonly afterRestore: AfterRestore | undefined;
  /** Undefined: the file in `keysDir`. */
  readonly digestKeys: DigestKeys | undefined;
  readonly firstAdmin: { readonly email: string; readonly password: string | undefined } | undefined;
  readonly hashParameters: HashParameters;
  /** Of each process that answers requests; undefined: as many as there are cores for it. */
  readonly hashThreads: number | undefined;
  readonly installationName: string;
  readonly corsOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly tls: TlsFiles | 'self-signed' | undefined;
  readonly logLevel: LogLevel;
  readonly tokenPolicy: TokenPolicy;
  readonly tokenLimit: TokenLimit | undefined;
  readonly retention: Retention;
  /** How long a node on PostgreSQL may answer from memory without asking, in milliseconds. */
  readonly leaseMs: number;
  /** Wrong passwords in a row that cost an account nothing, and tries that a source has at once. */
  readonly throttle: { readonly account: number; readonly source: number };
}

/** Reads the settings, each from where `gatherSettings` finds it, else its default. Throws `ConfigError`. */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  flags: Flags = {},
): Config {
  const gathered = gatherSettings(Object.values(SETTINGS), environment, flags);
  const given = (setting: Setting): string | undefined => gathered(setting)?.value;
  const dataDir = resolve(given(SETTINGS.dataDir) ?? SETTINGS.dataDir.default);
  const metricsListen = given(SETTINGS.metricsListen);
  const digestKeys = given(SETTINGS.digestKeys);
  const keysDir = resolve(given(SETTINGS.keysDir) ?? join(dataDir, 'keys'));
  const databaseUrl = parseDatabaseUrl(
    given(SETTINGS.databaseUrl) ?? `sqlite:${join(dataDir, 'guardbee.db')}`,
  );
  // Nodes on PostgreSQL may share the folder of their keys, but not an anchor.
  const anchorFolder = databaseUrl.startsWith('sqlite:') ? keysDir : dataDir;
  return {
    listen: parseListen(SETTINGS.listen, given(SETTINGS.listen) ?? SETTINGS.listen.default),
    metricsListen:
      metricsListen === undefined ? undefined : parseListen(SETTINGS.metricsListen, metricsListen),
    dataDir,
    keysDir,
    databaseUrl,
    workers: parseWorkers(given(SETTINGS.workers) ?? SETTINGS.workers.default, databaseUrl),
    anchorFile: resolve(given(SETTINGS.anchorFile) ?? join(anchorFolder, 'anchor')),
    afterRestore: parseAfterRestore(flags.afterRestore),
    digestKeys: digestKeys === undefined ? undefined : parseKeys(digestKeys),
    firstAdmin: parseFirstAdmin(given(SETTINGS.adminEmail), given(SETTINGS.adminPassword)),
    hashParameters: parseHashParameters(given(SETTINGS.hashMemory), given(SETTINGS.hashPasses)),
    hashThreads: parseHashThreads(given(SETTINGS.hashThreads)),
    installationName: parseName(given(SETTINGS.installationName) ?? hostname()),
    corsOrigins: listOf(given(SETTINGS.corsOrigins)).map(parseOrigin),
    trustedProxies: listOf(given(SETTINGS.trustedProxies)).map(parseNetwork),
    tls: readTls(given(SETTINGS.tlsCert), given(SETTINGS.tlsKey), flags.tlsSelfSigned === true),
    logLevel: parseLogLevel(given(SETTINGS.logLevel) ?? SETTINGS.logLevel.default),
    tokenPolicy: {
      maxAge: parseDuration(SETTINGS.tokenMaxAge, given(SETTINGS.tokenMaxAge)),
      idleTimeout: parseDuration(SETTINGS.tokenIdleTimeout, given(SETTINGS.tokenIdleTimeout), MINUTE),
    },
    tokenLimit: parseTokenLimit(given(SETTINGS.tokensPerUser), given(SETTINGS.tokensPerUserAction)),
    retention: {
      tombstones:
        parseDuration(SETTINGS.tombstoneRetention, given(SETTINGS.tombstoneRetention) ?? '30d') ?? 0,
      auditEvents: parseDuration(SETTINGS.auditRetention, given(SETTINGS.auditRetention), DAY),
      activities: parseDuration(SETTINGS.activityRetention, given(SETTINGS.activityRetention) ?? '30d') ?? 0,
    },
    leaseMs: parseLease(given(SETTINGS.leaseMs) ?? SETTINGS.leaseMs.default),
    throttle: {
      account: parseCount(SETTINGS.throttleAccount, given(SETTINGS.throttleAccount) ?? '5'),
      source: parseCount(SETTINGS.throttleSource, given(SETTINGS.throttleSource) ?? '100'),
    },
  };
}

/** Every name under which the environment may have a setting, or the file that a setting stands in. */
export function settingNames(): string[] {
  const all: readonly Setting[] = Object.values(SETTINGS);
  return [CONFIG_FILE, ...all.flatMap(({ key, secret }) => (secret ? [key, `${key}_FILE`] : [key]))];
}

/** A setting as an operator sees it. */
export interface ShownSetting {
  readonly key: string;
  /** As `shownValue` has it; of a default its description. */
  readonly value: string;
  /** A flag, an environment variable, a file, or `default`. */
  readonly origin: string;
}

/** Every setting with its value and where that comes from. Throws `ConfigError` when a file can't be read. */
export function showSettings(
  environment: Readonly<Record<string, string | undefined>>,
  flags: Flags = {},
): ShownSetting[] {
  const all: readonly Setting[] = Object.values(SETTINGS);
  const gathered = gatherSettings(all, environment, flags);
  return all.map((setting) => {
    const given = gathered(setting);
    if (given === undefined) return { key: setting.key, value: setting.default, origin: 'default' };
    return { key: setting.key, value: shownValue(setting, given.value), origin: given.origin };
  });
}
