import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Settled } from '../anchor/after-restore.ts';
import { readAnchoredHeads } from '../anchor/anchor-file.ts';
import { openAnchor } from '../anchor/open-anchor.ts';
import { auditSigner } from '../audit/signing-key.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { createHashQueue } from '../login/hash-queue.ts';
import { makeFolder } from '../make-folder.ts';
import { openStore } from '../storage/open-store.ts';
import { copyDatabase, putInPlace, syncFolderOf } from '../storage/sqlite/copy-database.ts';
import { lockDirectory } from '../storage/sqlite/directory-lock.ts';
import type { DigestKeys } from '../tokens/digest.ts';
import type { Progress } from './backup.ts';
import { type BackupFacts, checkBackup, readExistingKeys, sqlitePath } from './check-backup.ts';
import { MovingError } from './moving-error.ts';

export interface Restored extends BackupFacts {
  /** Where the database from before is kept; undefined when there was none. */
  readonly aside: string | undefined;
  /** What was done about tokens and users, when that had been chosen and was needed. */
  readonly settled: Settled | undefined;
}

/**
 * Puts a backup in the place of the database, which is kept aside. Refused while a service runs. The backup is looked
 * through first. At every moment there is either the database from before or the whole backup, whenever the machine dies.
 *
 * With `config.afterRestore` the rest is done here too; else the service asks for it at its next start, when the backup is
 * older than the anchor. Rejects with `MovingError`, `StoreUnusable`, `DigestKeysError`, `ConfigError` or the system's error.
 */
export async function restoreBackup(
  config: Config,
  file: string,
  { progress }: { progress: Progress },
): Promise<Restored> {
  const path = sqlitePath(config);
  if (!existsSync(file)) throw new MovingError(`There is no file ${file}.`);
  const keys = readExistingKeys(config);
  makeFolder(config.dataDir);
  makeFolder(dirname(path));
  const lock = lockDirectory(config.dataDir);
  const draft = `${path}-restoring-${randomBytes(4).toString('hex')}`;
  try {
    await copyDatabase(file, draft, progress);
    const facts = await checkBackup(draft, keys, readAnchoredHeads(config.anchorFile));
    const aside = setAside(path);
    putInPlace(draft, path, { overwrite: true });
    return { ...facts, aside, settled: await settle(config, keys) };
  } finally {
    for (const rest of [draft, `${draft}-journal`]) rmSync(rest, { force: true });
    lock.release();
  }
}

/**
 * A second name for the database from before, so that the first can be given to another without a moment in between. Its
 * log must not stay: SQLite would play it into the other.
 */
function setAside(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const aside = `${path}-before-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  const [log, logAside] = [`${path}-wal`, `${aside}-wal`];
  linkSync(path, aside);
  if (existsSync(log)) linkSync(log, logAside);
  syncFolderOf(path);
  if (foldLog(path)) rmSync(logAside, { force: true });
  for (const rest of [log, `${path}-shm`]) rmSync(rest, { force: true });
  syncFolderOf(path);
  return aside;
}

/**
 * Takes the log into the file; false where that isn't possible. A damaged database may be why there is a restore: it is kept
 * as it is, with its log, which SQLite may remove under its own name even then.
 */
function foldLog(path: string): boolean {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    db.exec('PRAGMA journal_mode = DELETE');
    return true;
  } catch {
    return false;
  } finally {
    db?.close();
  }
}

async function settle(config: Config, keys: DigestKeys): Promise<Settled | undefined> {
  if (config.afterRestore === undefined) return undefined;
  const store = await openStore(config.databaseUrl, { signer: auditSigner(keys) });
  const hashes = createHashQueue({ workers: 1, maxWaitMs: 600_000, parameters: config.hashParameters });
  try {
    const fail = (error: unknown): never => {
      throw error;
    };
    const anchor = await openAnchor({ store, hashes, config, now: systemClock().now() }, fail);
    await anchor.stop();
    return anchor.settled;
  } finally {
    await hashes.close();
    await store.close();
  }
}
