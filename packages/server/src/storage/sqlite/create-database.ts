import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, linkSync, openSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StoreUnusable } from '../store.ts';
import { openForWriting } from './connection.ts';

/** `PRAGMA application_id` of our files: "GBee". */
export const applicationId = 0x47426565;

/**
 * Makes an empty database of ours, with mode 0600. It is built beside its place and linked into it whole, so that
 * under `path` there never is half a file, and of two processes that start at once the later one finds the first's.
 */
export function createDatabase(path: string): void {
  if (existsSync(`${path}-wal`) || existsSync(`${path}-journal`)) {
    // SQLite would play the log of a lost database into the new one.
    throw new StoreUnusable(
      `${path} is missing, but its log is there: put the database back, or remove the log`,
    );
  }
  const draft = `${path}-new-${randomUUID()}`;
  try {
    // SQLite gives its -wal and -shm the mode of the database.
    closeSync(openSync(draft, 'wx', 0o600));
    build(draft);
    linkSync(draft, path);
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function build(draft: string): void {
  const db = new DatabaseSync(draft);
  db.exec(`PRAGMA application_id = ${applicationId}`);
  db.close();
  openForWriting(draft, 0).close();
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
