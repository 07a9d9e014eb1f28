import type { TokenUse } from '../records.ts';
import { isStorable, storable, storableTime } from '../text.ts';
import type { Session } from './connections.ts';

export async function recordUses(session: Session, uses: ReadonlyMap<string, TokenUse>): Promise<void> {
  const known = [...uses].filter(([id]) => isStorable(id));
  const columns = [
    known.map(([id]) => id),
    known.map(([, use]) => storableTime(use.time, 'time')),
    known.map(([, use]) => storable(use.ip, 'ip')),
    known.map(([, use]) => storable(use.activity, 'activity')),
    known.map(([, use]) => storable(use.userAgent, 'user agent')),
  ];
  if (known.length === 0) return;
  // The tokens' own rows are locked, in order: others who touch several do the same.
  await session.query('SELECT n FROM tokens WHERE id = ANY ($1) ORDER BY n FOR NO KEY UPDATE', [columns[0]]);
  await session.query(
    `UPDATE token_uses s SET time = u.time, ip = u.ip, activity = u.activity, user_agent = u.user_agent
       FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[]) AS u (id, time, ip, activity, user_agent)
       JOIN tokens t ON t.id = u.id
      WHERE s.token = t.n AND (s.ip IS NULL OR s.time < u.time)`,
    columns,
  );
}
