import { entries } from '../audit-entry.ts';
import type { Act, EndCause } from '../records.ts';
import { isStorable, storable, storableTime } from '../text.ts';
import { foldTokenChanges, leaveUserChange } from './changes.ts';
import type { Session } from './connections.ts';
import { lockUser } from './locks.ts';
import type { Transaction } from './transaction.ts';

/** Doesn't lock the user: whatever happens to the user meanwhile, this token ends, once. */
export async function endToken(
  transaction: Transaction,
  id: string,
  cause: EndCause,
  act: Act,
): Promise<'ended' | 'not_found'> {
  if (!isStorable(id)) return 'not_found';
  const [ended] = await moveToEnded(transaction, 'id = $5', [id], cause, act);
  if (ended === undefined) return 'not_found';
  transaction.leave(entries.tokenRevoked(ended.user_id, id, cause), act);
  return 'ended';
}

/** Also those past their own expiry. Several endings are one change, of the user. */
export async function endTokens(
  transaction: Transaction,
  userId: string,
  which: { cause: EndCause; exceptId?: string },
  act: Act,
): Promise<{ ended: number }> {
  if ((await lockUser(transaction, userId)) === undefined) return { ended: 0 };
  const ended = await endTokensExcept(transaction, userId, which.cause, act, which.exceptId);
  if (ended > 1) {
    await foldTokenChanges(transaction);
    await leaveUserChange(transaction, userId);
  }
  if (ended > 0) transaction.leave(entries.tokensRevoked(userId, which.cause, ended), act);
  return { ended };
}

/**
 * The same for an act that has locked the user and changes the row, and so leaves a change and an event of its own anyway.
 */
export async function endTokensOfUser(
  session: Session,
  userId: string,
  cause: EndCause,
  act: Act,
  keepId?: string,
): Promise<number> {
  const ended = await endTokensExcept(session, userId, cause, act, keepId);
  if (ended > 0) await foldTokenChanges(session);
  return ended;
}

async function endTokensExcept(
  session: Session,
  userId: string,
  cause: EndCause,
  act: Act,
  keepId: string | undefined,
): Promise<number> {
  const ended =
    keepId === undefined || !isStorable(keepId)
      ? await moveToEnded(session, 'user_id = $5', [userId], cause, act)
      : await moveToEnded(session, 'user_id = $5 AND id <> $6', [userId, keepId], cause, act);
  return ended.length;
}

/**
 * The tombstone and the removal are one statement: there is no other way out of the table. `which` is a condition on
 * `tokens`, with parameters from $5 on. Answers with those that ended, the oldest first.
 */
export async function moveToEnded(
  session: Session,
  which: string,
  values: readonly unknown[],
  cause: EndCause,
  act: Act,
): Promise<{ id: string; user_id: string }[]> {
  return session.query(
    `WITH locked AS MATERIALIZED (SELECT n FROM tokens WHERE ${which} ORDER BY n FOR UPDATE),
          gone AS (DELETE FROM tokens t USING locked WHERE t.n = locked.n RETURNING t.*)
     INSERT INTO ended_tokens (id, user_id, name, created, expiry, scopes, cause, ended, actor, request_id)
       SELECT id, user_id, name, created, expiry, scopes, $1, $2::bigint, $3, $4 FROM gone ORDER BY created, id
       RETURNING id, user_id`,
    [
      storable(cause, 'cause'),
      storableTime(act.time, 'time'),
      storable(act.actor, 'actor'),
      storable(act.requestId, 'request id'),
      ...values,
    ],
  );
}
