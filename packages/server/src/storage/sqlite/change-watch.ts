import type { DatabaseSync } from 'node:sqlite';
import type { Change } from '../records.ts';
import { changesAfter, latestChange } from './changes.ts';
import { arrayStatement } from './connection.ts';
import type { Reader } from './reader.ts';

const nothing: readonly Change[] = [];

/** Whoever is further behind than this has less to do when it forgets everything. */
const mostAtOnce = 10_000;

/**
 * Tells what has changed since it was asked before. `PRAGMA data_version` is another number as soon as any other
 * connection has committed, in whatever process (https://sqlite.org/pragma.html#pragma_data_version), and costs only
 * what SQLite needs to begin and end a read: two locks on the shared memory.
 */
export class ChangeWatch {
  readonly #reader: Reader;
  #version: unknown;
  #seen: number | undefined;
  readonly #look = (db: DatabaseSync): readonly Change[] => {
    // In this order: what is committed between the two is read now, and looked for once more.
    const version = (arrayStatement(db, 'PRAGMA data_version').get() as unknown as [number])[0];
    if (version === this.#version) return nothing;
    const changes = this.#readChanges(db);
    // Only now: when the reading fails, the next call finds the same difference.
    this.#version = version;
    return changes;
  };

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  newChanges(): readonly Change[] {
    return this.#reader.readNow(this.#look);
  }

  #readChanges(db: DatabaseSync): readonly Change[] {
    if (this.#seen === undefined) {
      this.#seen = latestChange(db);
      return nothing;
    }
    let changes = changesAfter(db, this.#seen, mostAtOnce);
    // More may follow: a sequence that no database has is answered by "everything".
    if (changes.length === mostAtOnce) changes = changesAfter(db, Number.MAX_SAFE_INTEGER, 1);
    this.#seen = changes.at(-1)?.seq ?? this.#seen;
    return changes;
  }
}
