import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';

/** Pages at a time; in between the event loop goes on, and progress is told. */
const PAGES = 2_000;

/**
 * Copies a database, also while services write to it, into a new file for its owner alone: whole, of one moment (that of
 * the call), without a log beside it, and on the disk. A log that lies beside the source is read with it.
 */
export async function copyDatabase(
  source: string,
  target: string,
  progress: (part: number) => void,
): Promise<void> {
  closeSync(openSync(target, 'wx', 0o600));
  const db = new DatabaseSync(source, { readOnly: true, timeout: 3_000 });
  try {
    // Holds the moment. Without it the copy would begin anew at each commit of somebody else
    // (https://sqlite.org/c3ref/backup_finish.html), and under traffic never end.
    db.exec('BEGIN');
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    await backup(db, target, {
      rate: PAGES,
      progress: ({ totalPages, remainingPages }) => progress(1 - remainingPages / Math.max(totalPages, 1)),
    });
  } finally {
    db.close();
  }
  const copy = new DatabaseSync(target);
  copy.exec('PRAGMA journal_mode = DELETE');
  copy.close();
  syncFile(target);
}

/** Puts a file that is whole in its place, for good; EEXIST when something is there and may not be replaced. */
export function putInPlace(draft: string, place: string, { overwrite }: { overwrite: boolean }): void {
  if (overwrite) {
    renameSync(draft, place);
  } else {
    linkSync(draft, place);
    rmSync(draft);
  }
  syncFolderOf(place);
}

export function syncFolderOf(path: string): void {
  if (process.platform !== 'win32') syncFile(dirname(path));
}

export function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
