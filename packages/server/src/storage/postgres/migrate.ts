import { StoreUnusable } from '../store.ts';
import type { Session } from './connections.ts';
import { lockMigrations } from './locks.ts';
import { messageOf, toStoreError } from './postgres-error.ts';

/** How long a migrator waits for another one, and how long a step may wait for a table, with everybody else behind it. */
const patience = '60s';
const tablePatience = '1s';

/** The schema version, 0 for an empty database. Throws `StoreUnusable` when what is there isn't ours. */
export async function schemaVersion(session: Session): Promise<number> {
  const [place] = await session.query<{ schema: string | null; is_ours: boolean; has_tables: boolean }>(
    `SELECT current_schema() AS schema, to_regclass('guardbee_schema') IS NOT NULL AS is_ours, EXISTS (
       SELECT 1 FROM pg_class c WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) AND relkind IN ('r', 'p')
          AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')) AS has_tables`,
  );
  if (place?.is_ours) {
    const [row] = await session.query<{ version: number }>('SELECT version FROM guardbee_schema');
    return row?.version ?? 0;
  }
  if (place?.schema == null) throw new StoreUnusable('PostgreSQL: the user has no schema in this database');
  if (place.has_tables) {
    throw new StoreUnusable(
      "PostgreSQL: the database has tables that aren't Guardbee's: give it one of its own",
    );
  }
  return 0;
}

/**
 * Takes the database one step further; false when it was the last. The step and its new version number are one
 * transaction. The lock is taken before the version is looked at: of several migrators the later ones find it done.
 */
export async function takeStep(session: Session, steps: readonly string[]): Promise<boolean> {
  await session.query('BEGIN');
  try {
    await session.query(`SET LOCAL lock_timeout = '${patience}'`);
    await lockMigrations(session);
    await session.query(`SET LOCAL lock_timeout = '${tablePatience}'`);
    const version = await schemaVersion(session);
    const step = steps[version];
    if (step !== undefined) {
      await session.query('CREATE TABLE IF NOT EXISTS guardbee_schema (version integer NOT NULL)');
      if (version === 0) await session.query('INSERT INTO guardbee_schema VALUES (0)');
      await session.query(step);
      await session.query(`UPDATE guardbee_schema SET version = ${version + 1}`);
    }
    await session.query('COMMIT');
    return step !== undefined;
  } catch (error) {
    // When the connection is gone, the server has undone it by itself.
    await session.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Whoever starts and finds a broken step needs a person; nothing else can be done with this database. */
export function whyNoStep(error: unknown): unknown {
  const known = toStoreError(error);
  const isKnown = known instanceof Error && /^Store/.test(known.name);
  return isKnown
    ? known
    : new StoreUnusable(`PostgreSQL: a migration failed, nothing of it was kept: ${messageOf(error)}`);
}
