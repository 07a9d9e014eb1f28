import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { StoreUnavailable } from '../store.ts';
import { openForReading } from './connection.ts';
import { isBusy, toStoreError } from './sqlite-error.ts';

/** Readers hardly ever meet a lock in WAL mode (recovery and the last close of another process are the exceptions). */
const patience = 1000;
const pause = 5;

/**
 * The main thread's read-only connection. A read takes microseconds, less than the way to another thread and back;
 * it sees every commit that returned before it began, because each statement begins its own snapshot.
 */
export class Reader {
  readonly #path: string;
  #db: DatabaseSync | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#db = openForReading(path);
  }

  async read<T>(work: (db: DatabaseSync) => T): Promise<T> {
    const until = performance.now() + patience;
    for (;;) {
      if (this.#db === undefined) throw new StoreUnavailable('the store is closed');
      try {
        return work(this.#db);
      } catch (error) {
        if (!isBusy(error) || performance.now() > until) throw toStoreError(error, this.#path);
        // SQLite would wait with the whole event loop; this waits alone.
        await wait(pause);
      }
    }
  }

  /** For whoever can't wait: throws `StoreUnavailable` on a lock. */
  readNow<T>(work: (db: DatabaseSync) => T): T {
    if (this.#db === undefined) throw new StoreUnavailable('the store is closed');
    try {
      return work(this.#db);
    } catch (error) {
      throw toStoreError(error, this.#path);
    }
  }

  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }
}
