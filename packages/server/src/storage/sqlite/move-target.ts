import { existsSync, linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { makeFolder } from '../../make-folder.ts';
import type { MoveMark, MoveTarget } from '../move/move-database.ts';
import { StoreUnusable } from '../store.ts';
import { openForWriting } from './connection.ts';
import { syncFile, syncFolderOf } from './copy-database.ts';
import { readRows, writeRows } from './move-rows.ts';
import { prepareDatabase } from './prepare-database.ts';

/**
 * An SQLite file to go to. It is built under another name, `PATH-arriving`, beside a note of the move that it came by, and
 * gets its own with the last step.
 */
export function openSqliteTarget(path: string): MoveTarget {
  makeFolder(dirname(path));
  const draft = `${path}-arriving`;
  const note = `${draft}-mark`;
  let db: DatabaseSync | undefined;
  const open = (): DatabaseSync => {
    if (db === undefined) throw new Error('the move has not begun');
    return db;
  };
  const closeDraft = (): void => {
    db?.close();
    db = undefined;
  };
  return {
    name: `sqlite:${path}`,
    arrived: readNote(path, note),
    async begin() {
      if (existsSync(path)) throw new StoreUnusable(`${path} is there already: a move goes to a new file`);
      removeDraft(draft);
      prepareDatabase(draft);
      db = openForWriting(draft, 0);
      // Nobody sees it before it is whole: a commit for each batch would only cost.
      db.exec('PRAGMA synchronous = OFF; BEGIN');
    },
    async write(table, rows) {
      writeRows(open(), table, rows);
    },
    rows: (table) => readRows(open(), table),
    async complete(mark, firstChange) {
      open().exec(`UPDATE changes SET seq = ${firstChange}`);
      open().exec('COMMIT; PRAGMA journal_mode = DELETE');
      closeDraft();
      syncFile(draft);
      writeFileSync(`${note}-new`, JSON.stringify(mark), { mode: 0o600, flush: true });
      renameSync(`${note}-new`, note);
      syncFolderOf(path);
    },
    async release() {
      if (!existsSync(path)) linkSync(draft, path);
      syncFolderOf(path);
      removeDraft(draft);
    },
    async close() {
      closeDraft();
    },
  };
}

/** Also when the file had got its name already, and only the rest was not removed. */
function readNote(path: string, note: string): MoveMark | undefined {
  if (!existsSync(note)) return undefined;
  return existsSync(`${path}-arriving`) || existsSync(path)
    ? (JSON.parse(readFileSync(note, 'utf8')) as MoveMark)
    : undefined;
}

/** The note goes last: as long as it is there, the call can be made once more. */
function removeDraft(draft: string): void {
  const folder = dirname(draft);
  const rest = readdirSync(folder).filter((name) => name.startsWith(basename(draft)));
  for (const name of rest.sort()) rmSync(join(folder, name), { force: true });
}
