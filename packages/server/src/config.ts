import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { AFTER_RESTORE, type AfterRestore } from './anchor/choices.ts';
import { ConfigError, gatherSettings, kebab, type Setting } from './config-sources.ts';
import type { Retention } from './housekeeping.ts';
import { HASH_LIMITS, type HashParameters } from './login/password.ts';
import type { TokenPolicy } from './storage/records.ts';
import type { TokenLimit } from './storage/store.ts';

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
  /** `kid:base64[,kid:base64]`; undefined: the file in `keysDir`. */
  readonly digestKeys: string | undefined;
  readonly firstAdmin: { readonly email: string; readonly password: string | undefined } | undefined;
  readonly hashParameters: HashParameters;
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

/** PEM files; read at the start and again when the service is told to reload. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Flags = Partial<
  Record<'listen' | 'dataDir' | 'databaseUrl' | 'workers' | 'tlsCert' | 'tlsKey' | 'logLevel', string>
> & {
  /** A file with settings. */
  readonly config?: string;
  /** A certificate for development, made when there is none. */
  readonly tlsSelfSigned?: boolean;
  /** For one start: not from the environment, where it would stay. */
  readonly afterRestore?: string;
};

const DURATIONS = 'a number with s, m, h or d, like 12h or 30d';

/** Every setting, with what `docs/configuration.md` says of it; a test holds the two together. */
export const SETTINGS = {
  listen: {
    key: 'GUARDBEE_LISTEN',
    flag: 'listen',
    default: '127.0.0.1:8420',
    allowed: 'host:port, the port 0–65535, an IPv6 host in brackets',
  },
  dataDir: { key: 'GUARDBEE_DATA_DIR', flag: 'dataDir', default: './guardbee-data', allowed: 'a folder' },
  keysDir: { key: 'GUARDBEE_KEYS_DIR', default: '`keys` in the data directory', allowed: 'a folder' },
  databaseUrl: {
    key: 'GUARDBEE_DATABASE_URL',
    flag: 'databaseUrl',
    default: '`sqlite:` + data directory + `/guardbee.db`',
    allowed: 'sqlite:PATH, or postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…',
    secret: true,
  },
  workers: {
    key: 'GUARDBEE_WORKERS',
    flag: 'workers',
    default: '1',
    allowed: '1 to 64: processes that share the address, one for each core at most; with SQLite',
  },
  anchorFile: {
    key: 'GUARDBEE_ANCHOR_FILE',
    default: '`anchor` in the keys directory; with PostgreSQL in the data directory',
    allowed: 'a file, each service its own; not where the database is kept or restored from',
  },
  digestKeys: {
    key: 'GUARDBEE_DIGEST_KEYS',
    default: 'the file `digest-keys` in the keys directory, made at the first start',
    allowed: 'kid:base64[,kid:base64], the first one in use, each of 32 bytes or more',
    secret: true,
  },
  hashMemory: {
    key: 'GUARDBEE_HASH_MEMORY_MIB',
    default: '19',
    allowed: '19 to 1024: MiB that each password hash needs; `guardbee hash calibrate` proposes',
  },
  hashPasses: {
    key: 'GUARDBEE_HASH_PASSES',
    default: '2',
    allowed: '2 to 100: passes over that memory; older hashes follow at the next login',
  },
  adminEmail: {
    key: 'GUARDBEE_ADMIN_EMAIL',
    default: 'admin@localhost',
    allowed: 'an e-mail address; counts at the first start only',
  },
  adminPassword: {
    key: 'GUARDBEE_ADMIN_PASSWORD',
    default: 'one is generated and shown once',
    allowed: 'a password of 15 characters or more; counts at the first start only',
    secret: true,
  },
  installationName: {
    key: 'GUARDBEE_INSTALLATION_NAME',
    default: "the host's name",
    allowed: '1 to 100 characters without control characters',
  },
  corsOrigins: {
    key: 'GUARDBEE_CORS_ORIGINS',
    default: 'none',
    allowed: 'origins like https://app.example.com, separated by commas',
  },
  trustedProxies: {
    key: 'GUARDBEE_TRUSTED_PROXIES',
    default: "none: the peer's address counts",
    allowed: 'IP addresses and CIDR networks, separated by commas',
  },
  tlsCert: {
    key: 'GUARDBEE_TLS_CERT',
    flag: 'tlsCert',
    default: 'plain HTTP',
    allowed: 'a PEM file; goes with GUARDBEE_TLS_KEY',
  },
  tlsKey: {
    key: 'GUARDBEE_TLS_KEY',
    flag: 'tlsKey',
    default: 'plain HTTP',
    allowed: 'a PEM file; goes with GUARDBEE_TLS_CERT',
  },
  metricsListen: {
    key: 'GUARDBEE_METRICS_LISTEN',
    default: 'none: `/metrics` is where everything else is',
    allowed: 'host:port; then `/metrics` is there alone, on plain HTTP',
  },
  logLevel: { key: 'GUARDBEE_LOG_LEVEL', flag: 'logLevel', default: 'info', allowed: LOG_LEVELS.join(', ') },
  tokenMaxAge: {
    key: 'GUARDBEE_TOKEN_MAX_AGE',
    default: 'none: a token may live for ever',
    allowed: DURATIONS,
  },
  tokenIdleTimeout: {
    key: 'GUARDBEE_TOKEN_IDLE_TIMEOUT',
    default: 'none: an unused token lives on',
    allowed: `${DURATIONS}, one minute or more`,
  },
  tokensPerUser: { key: 'GUARDBEE_TOKENS_PER_USER', default: 'no limit', allowed: '1 to 1000000' },
  tokensPerUserAction: {
    key: 'GUARDBEE_TOKENS_PER_USER_ACTION',
    default: 'refuse',
    allowed: 'refuse, retire-oldest; what happens to a login beyond the limit',
  },
  leaseMs: {
    key: 'GUARDBEE_LEASE_MS',
    default: '500',
    allowed: '100 to 5000; how long a node on PostgreSQL answers from memory without the database',
  },
  tombstoneRetention: {
    key: 'GUARDBEE_TOMBSTONE_RETENTION',
    default: '30d',
    allowed: `${DURATIONS}; how long it can be asked why a token ended`,
  },
  auditRetention: {
    key: 'GUARDBEE_AUDIT_RETENTION',
    default: 'none: audit events are kept for good',
    allowed: `${DURATIONS}, one day or more`,
  },
  activityRetention: {
    key: 'GUARDBEE_ACTIVITY_RETENTION',
    default: '30d',
    allowed: `${DURATIONS}; of single requests 7d at most are kept`,
  },
  throttleAccount: {
    key: 'GUARDBEE_THROTTLE_ACCOUNT',
    default: '5',
    allowed:
      '1 to 1000000; wrong passwords in a row before an account makes unknown devices wait. 100 close it',
  },
  throttleSource: {
    key: 'GUARDBEE_THROTTLE_SOURCE',
    default: '100',
    allowed: '1 to 1000000; wrong passwords that one address has at once; it regains one every 3 s',
  },
} as const satisfies Record<string, Setting>;

/** Reads the settings, each from where `gatherSettings` finds it, else its default. Throws `ConfigError`. */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  flags: Flags = {},
): Config {
  const gathered = gatherSettings(Object.values(SETTINGS), environment, flags);
  const given = (setting: Setting): string | undefined => gathered(setting)?.value;
  const dataDir = resolve(given(SETTINGS.dataDir) ?? SETTINGS.dataDir.default);
  const adminEmail = given(SETTINGS.adminEmail);
  const adminPassword = given(SETTINGS.adminPassword);
  const metricsListen = given(SETTINGS.metricsListen);
  if (adminPassword !== undefined && adminEmail === undefined) {
    throw refuse(SETTINGS.adminPassword, adminPassword, 'it goes with GUARDBEE_ADMIN_EMAIL');
  }
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
    digestKeys: given(SETTINGS.digestKeys),
    firstAdmin: adminEmail === undefined ? undefined : { email: adminEmail, password: adminPassword },
    hashParameters: parseHashParameters(given(SETTINGS.hashMemory), given(SETTINGS.hashPasses)),
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

/** A setting as an operator sees it. */
export interface ShownSetting {
  readonly key: string;
  /** `(hidden)` for a secret; of a default its description. */
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
    return { key: setting.key, value: setting.secret ? '(hidden)' : given.value, origin: given.origin };
  });
}

function refuse(setting: Setting, value: string, reason?: string): ConfigError {
  const shown = setting.secret ? '(hidden)' : JSON.stringify(value);
  const flag = setting.flag === undefined ? '' : ` (--${kebab(setting.flag)})`;
  return new ConfigError(
    `${setting.key}${flag} cannot be ${shown}: ${reason ?? `allowed is ${setting.allowed}`}.`,
  );
}

function listOf(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function parseListen(setting: Setting, value: string): Config['listen'] {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(value);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port > 65_535 || (match?.[1] !== undefined && isIP(host) !== 6))
    throw refuse(setting, value);
  return { host, port };
}

function parseDatabaseUrl(value: string): string {
  if (!/^(sqlite:|postgres(ql)?:\/\/)./.test(value)) throw refuse(SETTINGS.databaseUrl, value);
  return value;
}

function parseWorkers(value: string, databaseUrl: string): number {
  if (!/^[1-9]\d?$/.test(value) || Number(value) > 64) throw refuse(SETTINGS.workers, value);
  if (value !== '1' && !databaseUrl.startsWith('sqlite:')) {
    throw refuse(SETTINGS.workers, value, 'with PostgreSQL start several services instead');
  }
  return Number(value);
}

function parseAfterRestore(value: string | undefined): AfterRestore | undefined {
  if (value === undefined) return undefined;
  const choice = AFTER_RESTORE.find((known) => known === value);
  if (choice !== undefined) return choice;
  throw new ConfigError(
    `--after-restore cannot be ${JSON.stringify(value)}: allowed is ${AFTER_RESTORE.join(', ')}.`,
  );
}

function parseName(value: string): string {
  if (value.length > 100 || /\p{Cc}/u.test(value)) throw refuse(SETTINGS.installationName, value);
  return value;
}

function parseOrigin(value: string): string {
  const origin = /^https?:/.test(value) && URL.canParse(value) ? new URL(value).origin : undefined;
  // An origin is a scheme, a host and a port, nothing behind it (RFC 6454); the wildcard would let every page in.
  if (origin !== value) throw refuse(SETTINGS.corsOrigins, value);
  return origin;
}

function parseNetwork(value: string): string {
  const [address = '', bits, more] = value.split('/');
  const version = isIP(address);
  const most = version === 6 ? 128 : 32;
  if (
    version === 0 ||
    more !== undefined ||
    (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most))
  ) {
    throw refuse(SETTINGS.trustedProxies, value);
  }
  return value;
}

function readTls(
  certFile: string | undefined,
  keyFile: string | undefined,
  isSelfSigned: boolean,
): Config['tls'] {
  if (isSelfSigned && (certFile ?? keyFile) !== undefined) {
    throw new ConfigError('--tls-self-signed cannot be used together with a certificate of yours.');
  }
  if (isSelfSigned) return 'self-signed';
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) {
    const missing = certFile === undefined ? SETTINGS.tlsCert : SETTINGS.tlsKey;
    throw new ConfigError(`${missing.key} is missing: GUARDBEE_TLS_CERT and GUARDBEE_TLS_KEY go together.`);
  }
  readPem(SETTINGS.tlsCert, certFile);
  readPem(SETTINGS.tlsKey, keyFile);
  return { certFile, keyFile };
}

/** The certificate and its key as they are now. Throws `ConfigError` when they can't be read or don't go together. */
export function readCertificate({ certFile, keyFile }: TlsFiles): { cert: string; key: string } {
  const pair = { cert: readPem(SETTINGS.tlsCert, certFile), key: readPem(SETTINGS.tlsKey, keyFile) };
  try {
    createSecureContext(pair);
  } catch (error) {
    // The library's words name the trouble ("key values mismatch"), never the key.
    throw refuse(SETTINGS.tlsCert, certFile, `it does not go with ${keyFile} (${(error as Error).message})`);
  }
  return pair;
}

function readPem(setting: Setting, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw refuse(
      setting,
      file,
      `the file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    );
  }
}

function parseLogLevel(value: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === value);
  if (level === undefined) throw refuse(SETTINGS.logLevel, value);
  return level;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const UNITS = { s: 1_000, m: MINUTE, h: 60 * MINUTE, d: DAY } as const;

/** Milliseconds; null when there is none. Up to 100 years. */
function parseDuration(setting: Setting, value: string | undefined, least = 1_000): number | null {
  if (value === undefined) return null;
  const match = /^(\d{1,10})([smhd])$/.exec(value);
  const duration = Number(match?.[1]) * UNITS[match?.[2] as keyof typeof UNITS];
  if (match === null || duration < least || duration > 36_525 * UNITS.d) throw refuse(setting, value);
  return duration;
}

function parseCount(setting: Setting, value: string): number {
  if (!/^[1-9]\d{0,6}$/.test(value) || Number(value) > 1_000_000) throw refuse(setting, value);
  return Number(value);
}

function parseLease(value: string): number {
  const length = Number(value);
  if (!/^\d{3,4}$/.test(value) || length < 100 || length > 5_000) throw refuse(SETTINGS.leaseMs, value);
  return length;
}

function parseTokenLimit(most: string | undefined, action: string | undefined): TokenLimit | undefined {
  if (action !== undefined && action !== 'refuse' && action !== 'retire-oldest') {
    throw refuse(SETTINGS.tokensPerUserAction, action);
  }
  if (most === undefined) return undefined;
  return { most: parseCount(SETTINGS.tokensPerUser, most), action: action ?? 'refuse' };
}

function parseHashParameters(memory: string | undefined, passes: string | undefined): HashParameters {
  const { leastMemoryMiB, mostMemoryMiB, leastPasses, mostPasses } = HASH_LIMITS;
  const number = (setting: Setting, text: string, least: number, most: number): number => {
    if (!/^\d{1,4}$/.test(text) || Number(text) < least || Number(text) > most) throw refuse(setting, text);
    return Number(text);
  };
  const memoryText = memory ?? SETTINGS.hashMemory.default;
  return {
    memoryKiB: 1024 * number(SETTINGS.hashMemory, memoryText, leastMemoryMiB, mostMemoryMiB),
    passes: number(SETTINGS.hashPasses, passes ?? SETTINGS.hashPasses.default, leastPasses, mostPasses),
    lanes: 1,
  };
}
