import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AuditSigner } from './audit-store.ts';
import { openSqliteStore } from './sqlite/sqlite-store.ts';
import type { Store } from './store.ts';

/** Opens the store a database URL names: `sqlite:PATH`. Its folder is made where it is missing, for the owner alone. */
export async function openStore(databaseUrl: string, { signer }: { signer: AuditSigner }): Promise<Store> {
  const path = databaseUrl.slice('sqlite:'.length);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return openSqliteStore({ path, signer });
}
