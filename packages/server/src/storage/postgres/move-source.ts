import { setTimeout as wait } from 'node:timers/promises';
import { outlived } from '../cluster-link.ts';
import type { MoveSource } from '../move/move-database.ts';
import { MOVED_TABLES } from '../move/tables.ts';
import { StoreUnusable } from '../store.ts';
import type { Session } from './connections.ts';
import { openMoveSession } from './move-session.ts';
import { readMark, whyOutOfUse, writeMark } from './moved-mark.ts';
import { prepareDatabase } from './prepare-database.ts';

const EVERY_TABLE = [...MOVED_TABLES.map(({ name }) => name), 'token_uses', 'changes'];

/** A PostgreSQL database to be left: no node can write to it, all can read. */
export async function openPostgresSource(url: string): Promise<MoveSource> {
  const session = await openMoveSession(url);
  let isOpen = false;
  try {
    const mark = await readMark(session);
    if (mark?.state === 'arriving') throw new StoreUnusable(whyOutOfUse(mark));
    if (mark !== undefined) await outliveLeases(session);
    else {
      await prepareDatabase(session.options);
      await session.lock(EVERY_TABLE);
      isOpen = true;
    }
    return {
      engine: 'postgres',
      name: session.name,
      left: mark,
      rows: (table) => session.rows(table),
      async latestChange() {
        await session.query('SELECT number_changes()');
        const [row] = await session.query<{ latest: number }>('SELECT max(seq) AS latest FROM changes');
        return row?.latest ?? 0;
      },
      async markLeft(to) {
        await writeMark(session, { state: 'left', ...to });
        await session.query('COMMIT');
        isOpen = false;
        await outliveLeases(session);
      },
      async close() {
        if (isOpen) await session.query('ROLLBACK').catch(() => {});
        await session.end();
      },
    };
  } catch (error) {
    await session.end();
    throw error;
  }
}

/** No node can look at what is left; but until their leases have run out, they go on answering from memory. */
async function outliveLeases(session: Session): Promise<void> {
  const [row] = await session.query<{ longest: number }>(
    'SELECT coalesce(max(lease_ms), 0) AS longest FROM nodes',
  );
  await wait(outlived(row?.longest ?? 0));
}
