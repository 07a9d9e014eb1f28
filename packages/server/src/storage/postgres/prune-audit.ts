import { entries } from '../audit-entry.ts';
import type { Act } from '../records.ts';
import { storableTime } from '../text.ts';
import type { Database } from './database.ts';
import { lockPruning } from './locks.ts';
import type { Transaction } from './transaction.ts';

export async function pruneAuditEvents(
  database: Database,
  time: number,
  act: Act,
  limit: number,
): Promise<number> {
  // Asked first, so that it costs no transaction when there is nothing to do.
  const old = await database.read('SELECT 1 FROM audit_events WHERE time < $1 LIMIT 1', [
    storableTime(time, 'time'),
  ]);
  return old.length === 0 ? 0 : database.transact((transaction) => prune(transaction, time, act, limit));
}

/**
 * One at a time, for it moves the beginnings of others' chains. Their heads are locked only when the rows have gone: others
 * append meanwhile, and that is the other end.
 */
async function prune(transaction: Transaction, time: number, act: Act, limit: number): Promise<number> {
  await lockPruning(transaction);
  const chains = await transaction.query<{ chain: string }>('SELECT chain FROM audit_heads ORDER BY chain');
  let pruned = 0;
  for (const { chain } of chains) {
    const oldest = await transaction.query<{ n: number; time: number; hash: Uint8Array }>(
      'SELECT n, time, hash FROM audit_events WHERE chain = $1 ORDER BY n LIMIT $2',
      [chain, limit - pruned],
    );
    const young = oldest.findIndex((event) => event.time >= time);
    const gone = young === -1 ? oldest : oldest.slice(0, young);
    const last = gone.at(-1);
    if (last === undefined) continue;
    await transaction.query('DELETE FROM audit_events WHERE chain = $1 AND n <= $2', [chain, last.n]);
    await transaction.query('DELETE FROM audit_checkpoints WHERE chain = $1 AND n <= $2', [chain, last.n]);
    transaction.rebase(chain, { n: last.n, hash: last.hash });
    pruned += gone.length;
    if (pruned === limit) break;
  }
  if (pruned > 0) transaction.leave(entries.auditPruned(pruned, time), act);
  return pruned;
}
