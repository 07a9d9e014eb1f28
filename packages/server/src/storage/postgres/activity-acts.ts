import type { ActivityCount, ActivityStore, RequestRecord } from '../activity-store.ts';
import { checkLimit, longestBatch } from '../page.ts';
import { storable, storableTime } from '../text.ts';
import type { Session } from './connections.ts';

export async function recordActivity(
  session: Session,
  counts: readonly ActivityCount[],
  requests: readonly RequestRecord[],
): Promise<void> {
  for (const { minute, totalMs, maxMs } of counts) {
    storableTime(minute, 'minute');
    storableTime(totalMs, 'totalMs');
    storableTime(maxMs, 'maxMs');
  }
  const text = [
    counts.map(({ activity }) => storable(activity, 'activity')),
    counts.map(({ client }) => storable(client, 'client')),
    counts.map(({ userId }) => storable(userId ?? '', 'user id')),
  ];
  const rows = requests.map(toRow);
  if (counts.length > 0) {
    // In order: other services add to the same rows.
    await session.query(
      `INSERT INTO activity_counts (minute, activity, client, user_id, outcome, count, total_ms, max_ms)
         SELECT minute, activity, client, user_id, outcome, sum(count), sum(total_ms), max(max_ms)
           FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[])
             AS c (minute, activity, client, user_id, outcome, count, total_ms, max_ms)
          GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
         ON CONFLICT (minute, activity, client, user_id, outcome) DO UPDATE SET
           count = activity_counts.count + excluded.count, total_ms = activity_counts.total_ms + excluded.total_ms,
           max_ms = greatest(activity_counts.max_ms, excluded.max_ms)`,
      [
        counts.map(({ minute }) => minute),
        ...text,
        counts.map(({ outcome }) => outcome),
        counts.map(({ count }) => count),
        counts.map(({ totalMs }) => totalMs),
        counts.map(({ maxMs }) => maxMs),
      ],
    );
  }
  if (rows.length > 0) {
    const names = columns.map(([name]) => name).join(', ');
    const types = columns.map(([name, type]) => `${name} ${type}`).join(', ');
    await session.query(
      `INSERT INTO requests (${names}) SELECT ${names} FROM json_to_recordset($1::json) AS r (${types})`,
      [JSON.stringify(rows)],
    );
  }
}

const columns = [
  ['request_id', 'text'],
  ['time', 'bigint'],
  ['ms', 'double precision'],
  ['method', 'text'],
  ['route', 'text'],
  ['status', 'integer'],
  ['ip', 'text'],
  ['user_id', 'text'],
  ['token_id', 'text'],
  ['activity', 'text'],
  ['command_line', 'text'],
  ['user_agent', 'text'],
  ['original', 'text'],
  ['trace_id', 'text'],
] as const;

function toRow(request: RequestRecord): Record<(typeof columns)[number][0], string | number | null> {
  return {
    request_id: storable(request.requestId, 'request id'),
    time: storableTime(request.time, 'time'),
    ms: request.ms,
    method: storable(request.method, 'method'),
    route: storable(request.route, 'route'),
    status: request.status,
    ip: storable(request.ip, 'ip'),
    user_id: storable(request.userId, 'user id'),
    token_id: storable(request.tokenId, 'token id'),
    activity: storable(request.activity, 'activity'),
    command_line: storable(request.commandLine, 'command line'),
    user_agent: storable(request.userAgent, 'user agent'),
    original: storable(request.original, 'original request'),
    trace_id: storable(request.traceId, 'trace id'),
  };
}

export async function forgetActivity(
  session: Session,
  { countsBefore, requestsBefore, most }: Parameters<ActivityStore['forgetActivity']>[0],
  limit: number,
): Promise<number> {
  checkLimit(limit, longestBatch);
  if (!Number.isInteger(most) || most < 0) throw new RangeError('most is 0 or more');
  const [counts, requests] = [
    storableTime(countsBefore, 'countsBefore'),
    storableTime(requestsBefore, 'requestsBefore'),
  ];
  const forgotten = await session.query(
    `DELETE FROM activity_counts WHERE ctid IN
       (SELECT ctid FROM activity_counts WHERE minute < $1 ORDER BY minute LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1`,
    [counts, limit],
  );
  const gone = await session.query(
    `DELETE FROM requests WHERE n IN (SELECT n FROM requests ORDER BY time, n
       LIMIT least($3::bigint, greatest((SELECT count(*) FROM requests) - $2::bigint,
         (SELECT count(*) FROM (SELECT 1 FROM requests WHERE time < $1 LIMIT $3::bigint) AS old)))
       FOR UPDATE SKIP LOCKED) RETURNING 1`,
    [requests, most, limit - forgotten.length],
  );
  return forgotten.length + gone.length;
}
