import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExamRoom } from '../exam/room.ts';
import { examSigner } from '../exam/samples.ts';
import './compile-cache.test-support.ts';
import { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from './sqlite-store.ts';

export interface SqliteRoom extends ExamRoom {
  readonly store: SqliteStore;
  readonly folder: string;
  readonly path: string;
  openAnother(options?: Partial<SqliteStoreOptions>): Promise<SqliteStore>;
}

export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'guardbee-sqlite-'));
}

/** A database in a folder of its own. The reserve is small: many of these exist at once. */
export async function openSqliteRoom(): Promise<SqliteRoom> {
  const folder = makeFolder();
  const path = join(folder, 'guardbee.db');
  const stores: SqliteStore[] = [];
  const openAnother = async (options: Partial<SqliteStoreOptions> = {}): Promise<SqliteStore> => {
    const store = await openSqliteStore({ path, signer: examSigner, reserveBytes: 64 * 1024, ...options });
    stores.push(store);
    return store;
  };
  const leave = async (): Promise<void> => {
    await Promise.all(stores.map((store) => store.close()));
    rmSync(folder, { recursive: true, force: true });
  };
  return { store: await openAnother(), folder, path, openAnother, leave };
}
