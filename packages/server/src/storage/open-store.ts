import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../make-folder.ts';
import type { AuditSigner } from './audit-store.ts';
import type { PostgresStore } from './postgres/postgres-store.ts';
import { openSqliteStore } from './sqlite/sqlite-store.ts';
import { type Store, StoreUnusable } from './store.ts';

/**
 * Opens the store a database URL names: `sqlite:PATH`, whose folder is made where it is missing, for the owner alone; or
 * `postgres://…`, also written `postgresql://…`.
 */
export async function openStore(
  databaseUrl: string,
  { signer }: { signer: AuditSigner },
): Promise<Store | PostgresStore> {
  if (isPostgres(databaseUrl)) {
    // Only who needs the driver loads it.
    const { openPostgresStore } = await import('./postgres/postgres-store.ts');
    return openPostgresStore({ url: databaseUrl, signer });
  }
  const path = sqlitePath(databaseUrl);
  makeFolder(dirname(path));
  return openSqliteStore({ path, signer });
}

/**
 * For whoever must not make a database by opening it. Rejects with `StoreUnusable` when there is none; what is there, is
 * for `openStore` to judge.
 */
export async function requireDatabase(databaseUrl: string): Promise<void> {
  if (isPostgres(databaseUrl)) {
    const { readConnectionOptions } = await import('./postgres/connection-options.ts');
    const { hasSchema } = await import('./postgres/prepare-database.ts');
    if (await hasSchema(readConnectionOptions(databaseUrl))) return;
    // The URL may hold a password.
    throw new StoreUnusable(`There is no Guardbee in the PostgreSQL database that is named. ${MAKES_ONE}`);
  }
  const path = sqlitePath(databaseUrl);
  if (existsSync(path)) return;
  throw new StoreUnusable(`There is no Guardbee in ${dirname(path)}: ${path} is not there. ${MAKES_ONE}`);
}

const MAKES_ONE = 'guardbee serve makes one, and so do users create and users import with --offline.';

function isPostgres(databaseUrl: string): boolean {
  return /^postgres(ql)?:/.test(databaseUrl);
}

function sqlitePath(databaseUrl: string): string {
  return databaseUrl.slice('sqlite:'.length);
}
