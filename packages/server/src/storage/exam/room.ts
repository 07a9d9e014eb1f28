import { test } from 'node:test';
import type { Store } from '../store.ts';

/** One test's own database. */
export interface ExamRoom {
  readonly store: Store;
  /** A further store on the same database, as another process or node would have it. */
  openAnother(): Promise<Store>;
  /** Closes every store and removes the database. */
  leave(): Promise<void>;
}

export type OpenRoom = () => Promise<ExamRoom>;

/** A test of one sentence of the contract. */
export function fact(
  title: string,
  open: OpenRoom,
  check: (store: Store, room: ExamRoom) => Promise<void>,
): void {
  test(title, async () => {
    const room = await open();
    try {
      await check(room.store, room);
    } finally {
      await room.leave();
    }
  });
}
