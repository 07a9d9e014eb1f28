import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, statSync } from 'node:fs';
import { readAnchoredHeads } from '../anchor/anchor-file.ts';
import type { Config } from '../config.ts';
import { copyDatabase, putInPlace } from '../storage/sqlite/copy-database.ts';
import { type BackupFacts, checkBackup, readExistingKeys, sqlitePath } from './check-backup.ts';
import { MovingError } from './moving-error.ts';

export interface Backup extends BackupFacts {
  readonly bytes: number;
}

/** Told how far the work has come, from 0 to 1. */
export type Progress = (part: number) => void;

/**
 * Copies the database of a service, which may be at work, into one file, and looks the copy through before the file gets
 * its name. The keys are not in it. Rejects with `MovingError`, `StoreUnusable` or the system's error; then there is no
 * file, or the one that was there.
 */
export async function backUp(
  config: Pick<Config, 'databaseUrl' | 'digestKeys' | 'keysDir' | 'anchorFile'>,
  file: string,
  { overwrite, progress }: { overwrite: boolean; progress: Progress },
): Promise<Backup> {
  const source = sqlitePath(config);
  if (!existsSync(source)) throw new MovingError(`There is no database ${source}.`);
  const keys = readExistingKeys(config);
  if (existsSync(file) && !overwrite) throw new MovingError(`${file} is there already.`);
  // What the anchor has by now, the copy must have too: else it was not of this database.
  const heads = readAnchoredHeads(config.anchorFile);
  const draft = `${file}.${randomBytes(4).toString('hex')}.part`;
  try {
    await copyDatabase(source, draft, progress);
    const facts = await checkBackup(draft, keys, heads);
    if (facts.older !== undefined) {
      throw new MovingError(
        `${source} is older than its anchor ${config.anchorFile}: start the service with --after-restore first.`,
      );
    }
    const bytes = statSync(draft).size;
    putInPlace(draft, file, { overwrite });
    return { ...facts, bytes };
  } finally {
    for (const rest of [draft, `${draft}-journal`]) rmSync(rest, { force: true });
  }
}
