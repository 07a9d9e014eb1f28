import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { StoreUnavailable, StoreUnusable } from '../store.ts';
import { chooseChain } from './choose-chain.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { greet, type Session } from './connections.ts';
import { schemaVersion, takeStep, whyNoStep } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { readMark, whyOutOfUse } from './moved-mark.ts';
import { messageOf, sqlStateOf } from './postgres-error.ts';

const startPatience = 5_000;
/** Milliseconds. A step may have to go through many rows. */
const stepPatience = 600_000;
/** A step that can't have a table at once lets the others pass, and comes again. */
const steps = { tries: 20, pause: 500 };

/** `xid8` is as old as version 13, and the oldest one that is still looked after is this. */
const oldestServer = 140_000;

/**
 * Makes sure that there is a database of ours with this version's schema. What isn't ours or is newer is refused
 * before anything is written. Answers with the name of the audit chain to append to, and with settings of the server as
 * `SharedDatabase` has them.
 */
export async function prepareDatabase(
  options: ConnectionOptions,
  known = migrations,
): Promise<{ readonly chain: string; readonly unsafeSettings: readonly string[] }> {
  return inSession(options, async (session) => {
    await checkServer(session);
    const mark = await readMark(session);
    if (mark !== undefined) throw new StoreUnusable(whyOutOfUse(mark));
    if ((await schemaVersion(session)) < known.length) await migrate(session, known);
    const version = await schemaVersion(session);
    if (version > known.length) {
      throw new StoreUnusable(
        `PostgreSQL: the database has schema version ${version}, this Guardbee knows ${known.length}: use a newer Guardbee`,
      );
    }
    return { chain: await chooseChain(session), unsafeSettings: await unsafeSettings(session) };
  });
}

/** Whether there is a database of ours, of whichever version. Changes nothing. */
export function hasSchema(options: ConnectionOptions): Promise<boolean> {
  return inSession(options, async (session) => (await schemaVersion(session)) > 0);
}

async function inSession<T>(options: ConnectionOptions, work: (session: Session) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    ...options,
    application_name: 'guardbee',
    connectionTimeoutMillis: startPatience,
    statement_timeout: stepPatience,
    idle_in_transaction_session_timeout: startPatience,
  });
  client.on('error', () => {});
  await client.connect().catch((error) => {
    throw whyNotReached(error);
  });
  try {
    await greet(client, 'writes');
    return await work({
      query: async (text, values) => (await client.query(text, values as unknown[])).rows,
    });
  } catch (error) {
    throw whyNoStep(error);
  } finally {
    await client.end().catch(() => {});
  }
}

async function checkServer(session: Session): Promise<void> {
  const [server] = await session.query<{ version: number; encoding: string }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding`,
  );
  if (server === undefined || server.version < oldestServer) {
    throw new StoreUnusable('PostgreSQL: the server is older than version 14');
  }
  if (server.encoding !== 'UTF8') {
    throw new StoreUnusable(`PostgreSQL: the database has the encoding ${server.encoding}, needed is UTF8`);
  }
}

/** What a session can't set right for itself, as `greet` does with `synchronous_commit`. */
async function unsafeSettings(session: Session): Promise<string[]> {
  const off = await session.query<{ name: string }>(
    `SELECT name FROM unnest(ARRAY['fsync', 'full_page_writes']) AS name WHERE current_setting(name) = 'off'`,
  );
  return off.map(({ name }) => name);
}

async function migrate(session: Session, known: readonly string[]): Promise<void> {
  for (let failed = 0; ; ) {
    try {
      if (!(await takeStep(session, known))) return;
    } catch (error) {
      failed += 1;
      if (sqlStateOf(error) !== '55P03' || failed === steps.tries) throw error;
      await wait(steps.pause);
    }
  }
}

/** At start only a server that isn't there is worth another try; what it says of us needs a person. */
function whyNotReached(error: unknown): StoreUnavailable | StoreUnusable {
  const message = `PostgreSQL: ${messageOf(error)}`;
  const { code = '' } = error as NodeJS.ErrnoException;
  const isOurs = /^(28|3D)/.test(sqlStateOf(error) ?? '') || /password/i.test(message);
  const isTls = /CERT|TLS|SSL/.test(code) || /SSL/.test(message);
  return isOurs || isTls ? new StoreUnusable(message) : new StoreUnavailable(message);
}
