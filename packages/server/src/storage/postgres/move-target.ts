import type { MoveTarget } from '../move/move-database.ts';
import { MOVED_TABLES } from '../move/tables.ts';
import { StoreUnusable } from '../store.ts';
import { openMoveSession } from './move-session.ts';
import { readMark, removeMark, whyOutOfUse, writeMark } from './moved-mark.ts';
import { prepareDatabase } from './prepare-database.ts';

const EVERY_TABLE = [...MOVED_TABLES.map(({ name }) => name), 'token_uses'];

/** A PostgreSQL database to go to. Everything is written in one transaction: when that ends early, nothing has happened. */
export async function openPostgresTarget(url: string): Promise<MoveTarget> {
  const session = await openMoveSession(url);
  const mark = await readMark(session).catch(async (error: unknown) => {
    await session.end();
    throw error;
  });
  return {
    name: session.name,
    arrived: mark?.state === 'arriving' ? mark : undefined,
    async begin() {
      if (mark?.state === 'left') throw new StoreUnusable(whyOutOfUse(mark));
      if (mark === undefined) await prepareDatabase(session.options);
      await session.lock([...EVERY_TABLE, 'changes']);
      if (mark !== undefined) await empty();
      const [found] = await session.query<{ is_used: boolean }>(
        'SELECT EXISTS (SELECT 1 FROM users) OR EXISTS (SELECT 1 FROM audit_events) AS is_used',
      );
      if (found?.is_used) {
        throw new StoreUnusable(
          `${session.name} holds users or events already: a move goes to an empty database`,
        );
      }
      // A service that was stopped in its first moment has left its keys.
      await session.query('DELETE FROM digest_keys');
    },
    write: (table, rows) => session.write(table, rows),
    rows: (table) => session.rows(table),
    async complete(arrived, firstChange) {
      await session.query('DELETE FROM changes WHERE seq > 0 OR seq IS NULL');
      await session.query('UPDATE changes SET seq = $1', [firstChange]);
      await writeMark(session, { state: 'arriving', ...arrived });
      await session.query('COMMIT');
    },
    async release() {
      await session.query('BEGIN');
      await removeMark(session);
      await session.query('COMMIT');
    },
    // A transaction that is open is undone by the server.
    close: () => session.end(),
  };

  /** What an unfinished move has left. */
  async function empty(): Promise<void> {
    await session.query(`TRUNCATE ${EVERY_TABLE.join(', ')}`);
    await session.query('DELETE FROM changes WHERE seq <> (SELECT min(seq) FROM changes)');
    await removeMark(session);
  }
}
