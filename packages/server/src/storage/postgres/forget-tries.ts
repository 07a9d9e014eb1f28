import { checkLimit, longestBatch } from '../page.ts';
import { storableTime } from '../text.ts';
import type { Session } from './connections.ts';

export async function forgetTries(
  session: Session,
  time: number,
  most: number,
  limit: number,
): Promise<number> {
  checkLimit(limit, longestBatch);
  if (!Number.isInteger(most) || most < 0) throw new RangeError('most is 0 or more');
  const upTo = storableTime(time, 'time') - 1;
  const counters = await forgetOldest(session, 'try_counters', 'touched', upTo, most, limit);
  return counters + (await forgetOldest(session, 'try_sources', 'full_at', time, most, limit - counters));
}

/** Forgets what is from `upTo` or before, and what is beyond `most`. */
async function forgetOldest(
  session: Session,
  table: string,
  column: string,
  upTo: number,
  most: number,
  limit: number,
): Promise<number> {
  const forgotten = await session.query(
    `DELETE FROM ${table} WHERE key IN (SELECT key FROM ${table} ORDER BY ${column}
       LIMIT least($3::bigint, greatest((SELECT count(*) FROM ${table}) - $2::bigint,
         (SELECT count(*) FROM (SELECT 1 FROM ${table} WHERE ${column} <= $1 LIMIT $3::bigint) AS old)))
       FOR UPDATE SKIP LOCKED) RETURNING 1`,
    [upTo, most, limit],
  );
  return forgotten.length;
}
