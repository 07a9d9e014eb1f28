import { createHash, randomUUID } from 'node:crypto';
import { StoreUnusable } from '../store.ts';
import { MOVED_TABLES, type MovedTable, type Row } from './tables.ts';

/** How the move stands that a database is, or was, one end of. */
export interface MoveMark {
  readonly id: string;
  /** For people, without a password. */
  readonly other: string;
}

/** A database to be left. From when it is opened until it is closed nobody can write to it, and everybody can read. */
export interface MoveSource {
  readonly engine: 'sqlite' | 'postgres';
  /** For people, without a password. */
  readonly name: string;
  /** That it has been left already. */
  readonly left: MoveMark | undefined;
  rows(table: MovedTable): AsyncIterable<readonly Row[]>;
  /** The number of the latest change: see `Store.changesAfter`. */
  latestChange(): Promise<number>;
  /** For good, and for every version: whoever uses it can't go on, and nobody can start on it. */
  markLeft(mark: MoveMark): Promise<void>;
  /** Lets everybody write again, unless it was left. */
  close(): Promise<void>;
}

/** A database to go to. Until it is released nobody can start on it. */
export interface MoveTarget {
  readonly name: string;
  /** The move that brought it what it holds, when that was complete but not yet released. */
  readonly arrived: MoveMark | undefined;
  /** Makes place; what an unfinished move has left is removed. Throws `StoreUnusable` when anything else is there. */
  begin(): Promise<void>;
  write(table: MovedTable, rows: readonly Row[]): Promise<void>;
  rows(table: MovedTable): AsyncIterable<readonly Row[]>;
  /** Everything is there, and on the disk. Changes are numbered from `firstChange` on. */
  complete(mark: MoveMark, firstChange: number): Promise<void>;
  release(): Promise<void>;
  close(): Promise<void>;
}

export interface Moved {
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Whether the work was done by an earlier call that could not end it. */
  readonly resumed: boolean;
}

/** Told what is being done, and how many rows of it are done. */
export type MoveProgress = (what: string, rows: number) => void;

/**
 * Moves everything, or nothing. In this order, so that at whatever moment it is cut off there is one database that services
 * can start on, and never two:
 *
 * 1. The source takes no more writes.
 * 2. Everything is copied and read back. The target is complete, but not usable.
 * 3. The source is left. From here on, the same call again only does step 4.
 * 4. The target is usable.
 */
export async function moveDatabase(
  source: MoveSource,
  target: MoveTarget,
  progress: MoveProgress,
): Promise<Moved> {
  if (source.left !== undefined) {
    if (target.arrived?.id !== source.left.id) {
      throw new StoreUnusable(`${source.name} has been moved to ${source.left.other} already`);
    }
    await target.release();
    return { rows: {}, resumed: true };
  }
  await target.begin();
  const rows: Record<string, number> = {};
  for (const table of MOVED_TABLES) {
    const [read, written] = [new Checksum(), new Checksum()];
    for await (const batch of source.rows(table)) {
      read.add(batch);
      await target.write(table, batch);
      progress(table.name, read.count);
    }
    for await (const batch of target.rows(table)) written.add(batch);
    if (read.sum() !== written.sum()) {
      throw new StoreUnusable(
        `${target.name}: ${table.name} did not arrive as it was (${written.count} of ${read.count})`,
      );
    }
    rows[table.name] = read.count;
  }
  const id = randomUUID();
  await target.complete({ id, other: source.name }, (await source.latestChange()) + 1);
  await source.markLeft({ id, other: target.name });
  await target.release();
  return { rows, resumed: false };
}

/** Over rows in their order, as their values are. */
class Checksum {
  readonly #hash = createHash('sha256');
  count = 0;

  add(rows: readonly Row[]): void {
    for (const row of rows) {
      const values = row.map((value) =>
        value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('hex') } : value,
      );
      this.#hash.update(`${JSON.stringify(values)}\n`);
    }
    this.count += rows.length;
  }

  sum(): string {
    return this.#hash.digest('hex');
  }
}
