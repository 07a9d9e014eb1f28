import type { DatabaseSync } from 'node:sqlite';
import { statement } from './connection.ts';

/** An SQLite database has one chain for good that it appends to: its writers take turns. */
export const CHAIN = 'main';

/**
 * Chains that came from elsewhere with a move end where they ended there, and lie in the same table: event n of the k-th
 * has the row number k × 2⁴⁰ + n, and the database's own chain is the 0th. So nothing of it is larger for them.
 */
export const CHAIN_ROOM = 2 ** 40;

export interface MovedChain {
  readonly k: number;
  readonly chain: string;
}

export function movedChains(db: DatabaseSync): MovedChain[] {
  return statement(db, 'SELECT k, chain FROM audit_chains ORDER BY k').all() as unknown as MovedChain[];
}

/** The row number that stands in front of a chain's first; undefined for a chain that isn't here. */
export function beginningOf(db: DatabaseSync, chain: string): number | undefined {
  if (chain === CHAIN) return 0;
  const k = statement(db, 'SELECT k FROM audit_chains WHERE chain = ?').get(chain)?.k;
  return k === undefined ? undefined : Number(k) * CHAIN_ROOM;
}

/** Which event of which chain a row is. */
export function placeOf(db: DatabaseSync, row: number): { chain: string; n: number } {
  if (row < CHAIN_ROOM) return { chain: CHAIN, n: row };
  const k = Math.floor(row / CHAIN_ROOM);
  const chain = statement(db, 'SELECT chain FROM audit_chains WHERE k = ?').get(k)?.chain;
  return { chain: String(chain), n: row - k * CHAIN_ROOM };
}

/** Makes room for a chain from elsewhere. */
export function addMovedChain(db: DatabaseSync, chain: string): void {
  if (chain === CHAIN) return;
  statement(db, 'INSERT INTO audit_chains (chain) VALUES (?) ON CONFLICT DO NOTHING').run(chain);
}
