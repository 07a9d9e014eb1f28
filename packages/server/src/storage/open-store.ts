import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AuditSigner } from './audit-store.ts';
import type { PostgresStore } from './postgres/postgres-store.ts';
import { openSqliteStore } from './sqlite/sqlite-store.ts';
import type { Store } from './store.ts';

/**
 * Opens the store a database URL names: `sqlite:PATH`, whose folder is made where it is missing, for the owner alone; or
 * `postgres://…`, also written `postgresql://…`.
 */
export async function openStore(
  databaseUrl: string,
  { signer }: { signer: AuditSigner },
): Promise<Store | PostgresStore> {
  if (/^postgres(ql)?:/.test(databaseUrl)) {
    // Only who needs the driver loads it.
    const { openPostgresStore } = await import('./postgres/postgres-store.ts');
    return openPostgresStore({ url: databaseUrl, signer });
  }
  const path = databaseUrl.slice('sqlite:'.length);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return openSqliteStore({ path, signer });
}
