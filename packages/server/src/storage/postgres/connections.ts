import { userInfo } from 'node:os';
import pg, { type ClientBase, type PoolClient } from 'pg';
import { StoreUnavailable } from '../store.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { ownTypes } from './own-types.ts';
import { ConnectionLost, messageOf, toStoreError } from './postgres-error.ts';

/** Where an act or a read puts its statements. */
export interface Session {
  query<R>(text: string, values?: readonly unknown[]): Promise<R[]>;
}

/** How many connections there may be, and how long one waits for them. */
export interface Limits {
  /** Connections for reads, which so never wait behind writes. */
  readonly reads: number;
  readonly writes: number;
  /**
   * Milliseconds within which whatever is asked of the database is answered or refused, the way to it included. The server
   * gives up a little earlier by itself, so that it doesn't go on with what nobody waits for; and a service that stands
   * still in the middle of a transaction doesn't keep its locks for longer.
   */
  readonly patience: number;
}

/** Milliseconds. */
const greetingTimeout = 1_000;
const idleConnection = 60_000;

/** Who somebody is where neither URL nor environment says so, as for PostgreSQL's own programs; the driver asks `USER` only. */
function whoWeAre(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // A container's user that has no name.
    return undefined;
  }
}

pg.defaults.user ??= whoWeAre();

/** Opens up to so many connections, each when it is needed first. A broken one is replaced at its next use. */
export function openPool(options: ConnectionOptions, limits: Limits, use: 'reads' | 'writes'): pg.Pool {
  const { patience } = limits;
  const pool = new pg.Pool({
    ...options,
    max: limits[use],
    connectionTimeoutMillis: patience,
    idleTimeoutMillis: idleConnection,
    keepAlive: true,
    application_name: 'guardbee',
    statement_timeout: patience * 0.85,
    lock_timeout: patience * 0.7,
    idle_in_transaction_session_timeout: patience * 1.1,
    types: ownTypes,
    onConnect: (client) => greet(client, use),
  });
  // Whoever uses a broken connection is told by the use; of one that nobody uses nobody needs to know.
  pool.on('error', () => {});
  return pool;
}

/**
 * Only the primary will do: a standby is behind. And what the database or the role may have as its defaults must not
 * weaken what the acts rely on: durable commits, and snapshots that are as new as their statement. A database that was made
 * read-only, as some do when its disk is full, goes on being read.
 */
export async function greet(client: ClientBase, use: 'reads' | 'writes'): Promise<void> {
  client.on('error', () => {});
  const question = {
    text: `SELECT pg_is_in_recovery() AS is_standby, current_setting('transaction_read_only') = 'on' AS is_read_only,
        CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END,
        set_config('default_transaction_isolation', 'read committed', false),
        CASE WHEN $1 THEN set_config('default_transaction_read_only', 'on', false) END`,
    values: [use === 'reads'],
    query_timeout: greetingTimeout,
  };
  const [answer] = (await client.query(question)).rows as { is_standby: boolean; is_read_only: boolean }[];
  if (answer?.is_standby)
    throw new StoreUnavailable('PostgreSQL: this server is a standby, the primary is needed');
  if (answer?.is_read_only && use === 'writes')
    throw new StoreUnavailable('PostgreSQL: the database is read-only');
}

/** Does the work on one connection, until `deadline` (of `performance.now()`); then the connection is cut. */
export async function withConnection<T>(
  pool: pg.Pool,
  deadline: number,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const client = await acquire(pool, deadline);
  let isReleased = false;
  const release = (isBroken: boolean): void => {
    if (!isReleased) client.release(isBroken);
    isReleased = true;
  };
  const timer = setTimeout(() => release(true), deadline - performance.now());
  try {
    const result = await work({ query: (text, values) => query(client, text, values) });
    release(false);
    return result;
  } catch (error) {
    release(error instanceof ConnectionLost);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function acquire(pool: pg.Pool, deadline: number): Promise<PoolClient> {
  const connecting = pool.connect();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const refuse = (): void => {
      connecting.then((client) => client.release()).catch(() => {});
      reject(new StoreUnavailable('PostgreSQL: no connection in time'));
    };
    timer = setTimeout(refuse, deadline - performance.now());
  });
  try {
    return await Promise.race([connecting, tooLate]);
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    // Whatever the reason: with another answer of the surroundings the same call can succeed.
    throw new StoreUnavailable(`PostgreSQL: ${messageOf(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Each statement is prepared once on a connection, under a name of its own. Their number is that of the texts in the code. */
const names = new Map<string, string>();

async function query<R>(client: PoolClient, text: string, values: readonly unknown[] = []): Promise<R[]> {
  let name = names.get(text);
  if (name === undefined) {
    name = `guardbee_${names.size}`;
    names.set(text, name);
  }
  try {
    return (await client.query({ name, text, values: values as unknown[] })).rows as R[];
  } catch (error) {
    throw toStoreError(error);
  }
}
