import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { PoolConfig } from 'pg';
import { StoreUnusable } from '../store.ts';

/** What the driver is told about where the database is and how to speak to it. */
export type ConnectionOptions = Pick<PoolConfig, 'host' | 'port' | 'user' | 'password' | 'database' | 'ssl'>;

const PARAMETERS = ['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'] as const;
type Parameter = (typeof PARAMETERS)[number];

/**
 * Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…`. What is missing comes from the environment as PostgreSQL's
 * own programs read it (`PGPASSWORD`, `PGPASSFILE` …), the user at last from the system (`connections.ts`). Throws
 * `StoreUnusable`, and never repeats the URL: it may hold a password.
 *
 * `sslmode` means what it means to libpq, but for two things: `allow` and `prefer`, which let whoever sits in between
 * switch the encryption off, are refused; and without it the connection is `verify-full`, unless it doesn't leave this
 * machine.
 */
export function readConnectionOptions(databaseUrl: string): ConnectionOptions {
  // A host may be missing, when it is a socket's folder; no special scheme has that, so URL can't read it.
  const url = URL.parse(
    databaseUrl.replace(/^postgres(?:ql)?:\/\/([^/?#]*@)?(?=[/?#]|$)/, 'postgres://$1localhost'),
  );
  if (url === null) throw unusable('it is not postgres://USER:PASSWORD@HOST:PORT/DATABASE');
  const given = (name: Parameter): string | undefined => url.searchParams.get(name) ?? undefined;
  for (const name of url.searchParams.keys()) {
    if (!(PARAMETERS as readonly string[]).includes(name)) {
      throw unusable(`the parameter ${JSON.stringify(name)} is not one of ${PARAMETERS.join(', ')}`);
    }
  }
  const database = decode(url.pathname.slice(1));
  if (database === '') throw unusable('it names no database');
  const host = given('host') ?? decode(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  return {
    host,
    database,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(url.username === '' ? {} : { user: decode(url.username) }),
    ...(url.password === '' ? {} : { password: decode(url.password) }),
    ssl: readTls(given, host),
  };
}

function readTls(given: (name: Parameter) => string | undefined, host: string): PoolConfig['ssl'] {
  const mode = given('sslmode') ?? (staysOnThisMachine(host) ? 'disable' : 'verify-full');
  if (mode === 'disable') return false;
  const ca = readPem(given('sslrootcert'), 'sslrootcert');
  const files = {
    ...(ca === undefined ? {} : { ca }),
    ...optional('cert', readPem(given('sslcert'), 'sslcert')),
    ...optional('key', readPem(given('sslkey'), 'sslkey')),
  };
  if (mode === 'verify-full') return files;
  if (mode === 'verify-ca') return { ...files, checkServerIdentity: () => undefined };
  if (mode === 'require') {
    // As libpq: encrypted, whoever is at the other end; with a root certificate it is verify-ca.
    return ca === undefined
      ? { ...files, rejectUnauthorized: false }
      : { ...files, checkServerIdentity: () => undefined };
  }
  throw unusable('sslmode is disable, require, verify-ca or verify-full');
}

function optional<K extends string>(name: K, value: string | undefined): { [key in K]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [key in K]: string });
}

function readPem(path: string | undefined, name: string): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unusable(`${name} can't be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`);
  }
}

function staysOnThisMachine(host: string): boolean {
  return (
    host.startsWith('/') ||
    host === 'localhost' ||
    host === '::1' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw unusable('a % in it is not followed by two hexadecimal digits');
  }
}

function unusable(reason: string): StoreUnusable {
  return new StoreUnusable(`the database URL can't be used: ${reason}`);
}
