import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';

/** How the service is set up. Checked once, at start; nothing else reads the environment. */
export interface Config {
  readonly listen: { readonly host: string; readonly port: number };
  readonly dataDir: string;
  readonly keysDir: string;
  readonly databaseUrl: string;
  /** `kid:base64[,kid:base64]`; undefined: the file in `keysDir`. */
  readonly digestKeys: string | undefined;
  readonly firstAdmin: { readonly email: string; readonly password: string | undefined } | undefined;
  readonly installationName: string;
  readonly corsOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly logLevel: LogLevel;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A setting that can't be used. The process ends with exit code 78 (EX_CONFIG). */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Flags = Partial<
  Record<'listen' | 'dataDir' | 'databaseUrl' | 'tlsCert' | 'tlsKey' | 'logLevel', string>
>;

interface Setting {
  readonly key: string;
  readonly flag?: keyof Flags;
  readonly default: string;
  readonly allowed: string;
  /** Never repeated in a message. */
  readonly secret?: true;
}

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
    allowed: 'sqlite:PATH',
    secret: true,
  },
  digestKeys: {
    key: 'GUARDBEE_DIGEST_KEYS',
    default: 'the file `digest-keys` in the keys directory, made at the first start',
    allowed: 'kid:base64[,kid:base64], the first one in use, each of 32 bytes or more',
    secret: true,
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
  logLevel: { key: 'GUARDBEE_LOG_LEVEL', flag: 'logLevel', default: 'info', allowed: LOG_LEVELS.join(', ') },
} as const satisfies Record<string, Setting>;

/** Reads the settings: a flag before the environment, the environment before the default. Throws `ConfigError`. */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  flags: Flags = {},
): Config {
  const given = (setting: Setting): string | undefined => {
    const value = (setting.flag && flags[setting.flag]) ?? environment[setting.key];
    return value === undefined || value === '' ? undefined : value;
  };
  const dataDir = resolve(given(SETTINGS.dataDir) ?? SETTINGS.dataDir.default);
  const adminEmail = given(SETTINGS.adminEmail);
  const adminPassword = given(SETTINGS.adminPassword);
  if (adminPassword !== undefined && adminEmail === undefined) {
    throw refuse(SETTINGS.adminPassword, adminPassword, 'it goes with GUARDBEE_ADMIN_EMAIL');
  }
  return {
    listen: parseListen(given(SETTINGS.listen) ?? SETTINGS.listen.default),
    dataDir,
    keysDir: resolve(given(SETTINGS.keysDir) ?? join(dataDir, 'keys')),
    databaseUrl: parseDatabaseUrl(given(SETTINGS.databaseUrl) ?? `sqlite:${join(dataDir, 'guardbee.db')}`),
    digestKeys: given(SETTINGS.digestKeys),
    firstAdmin: adminEmail === undefined ? undefined : { email: adminEmail, password: adminPassword },
    installationName: parseName(given(SETTINGS.installationName) ?? hostname()),
    corsOrigins: listOf(given(SETTINGS.corsOrigins)).map(parseOrigin),
    trustedProxies: listOf(given(SETTINGS.trustedProxies)).map(parseNetwork),
    tls: readTls(given(SETTINGS.tlsCert), given(SETTINGS.tlsKey)),
    logLevel: parseLogLevel(given(SETTINGS.logLevel) ?? SETTINGS.logLevel.default),
  };
}

function refuse(setting: Setting, value: string, reason?: string): ConfigError {
  const shown = setting.secret ? '(hidden)' : JSON.stringify(value);
  const flag =
    setting.flag === undefined
      ? ''
      : ` (--${setting.flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)})`;
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

function parseListen(value: string): Config['listen'] {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(value);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port > 65_535 || (match?.[1] !== undefined && isIP(host) !== 6))
    throw refuse(SETTINGS.listen, value);
  return { host, port };
}

function parseDatabaseUrl(value: string): string {
  if (!/^sqlite:./.test(value)) throw refuse(SETTINGS.databaseUrl, value);
  return value;
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

function readTls(certFile: string | undefined, keyFile: string | undefined): Config['tls'] {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) {
    const missing = certFile === undefined ? SETTINGS.tlsCert : SETTINGS.tlsKey;
    throw new ConfigError(`${missing.key} is missing: GUARDBEE_TLS_CERT and GUARDBEE_TLS_KEY go together.`);
  }
  const read = (setting: Setting, file: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw refuse(
        setting,
        file,
        `the file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
      );
    }
  };
  return { cert: read(SETTINGS.tlsCert, certFile), key: read(SETTINGS.tlsKey, keyFile) };
}

function parseLogLevel(value: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === value);
  if (level === undefined) throw refuse(SETTINGS.logLevel, value);
  return level;
}
