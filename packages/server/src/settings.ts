import type { Setting } from './config-sources.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
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
    secret: 'password in URL',
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
    secret: 'all',
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
  hashThreads: {
    key: 'GUARDBEE_HASH_THREADS',
    default: 'one for each core, shared by the workers',
    allowed:
      '1 to 256: threads that hash passwords in each process; with the memory of a hash, what logins need at most. While many tokens are verified, one core is left to that, and on two cores each hash is followed by a rest',
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
    secret: 'all',
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
