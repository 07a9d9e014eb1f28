import type { MoveMark } from '../move/move-database.ts';
import type { Session } from './connections.ts';

/** How a database stands that is one end of a move: it was left, or what has arrived in it is not released yet. */
export interface PostgresMark extends MoveMark {
  readonly state: 'left' | 'arriving';
}

/** Added to the schema's version, so that no version of Guardbee starts on it, not even one that knows nothing of moves. */
const OUT_OF_USE = 1_000_000;

/** The tables without which nothing can be answered: a service that still runs must not go on accepting tokens. */
const needed = ['users', 'tokens', 'changes'];

export async function readMark(session: Session): Promise<PostgresMark | undefined> {
  const [place] = await session.query<{ is_there: boolean }>(
    `SELECT to_regclass('guardbee_move') IS NOT NULL AS is_there`,
  );
  if (!place?.is_there) return undefined;
  const [mark] = await session.query<PostgresMark>('SELECT state, id, other FROM guardbee_move');
  return mark;
}

export async function writeMark(session: Session, { state, id, other }: PostgresMark): Promise<void> {
  await session.query(
    'CREATE TABLE guardbee_move (state text NOT NULL, id text NOT NULL, other text NOT NULL)',
  );
  await session.query('INSERT INTO guardbee_move VALUES ($1, $2, $3)', [state, id, other]);
  await session.query(`UPDATE guardbee_schema SET version = version + ${OUT_OF_USE}`);
  if (state === 'arriving') return;
  await session.query(`LOCK TABLE ${needed.join(', ')} IN ACCESS EXCLUSIVE MODE`);
  for (const table of needed) await session.query(`ALTER TABLE ${table} RENAME TO left_${table}`);
}

export async function removeMark(session: Session): Promise<void> {
  await session.query('DROP TABLE guardbee_move');
  await session.query(`UPDATE guardbee_schema SET version = version - ${OUT_OF_USE}`);
}

/** What a start says of it. */
export function whyOutOfUse({ state, other }: PostgresMark): string {
  return state === 'left'
    ? `PostgreSQL: the database has been moved to ${other}: start there`
    : `PostgreSQL: the move from ${other} has not been ended: call guardbee migrate-to again`;
}
