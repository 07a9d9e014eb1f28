import {
  type ActivityCount,
  type ActivityRange,
  earlier,
  type ListedRequest,
  type Outcome,
  type RequestFilter,
  type RequestPosition,
  type RequestRecord,
} from '../activity-store.ts';
import { isStorable, storableTime } from '../text.ts';
import type { Database } from './database.ts';

interface CountRow extends Omit<ActivityCount, 'userId'> {
  readonly userId: string;
}

export async function listActivities(
  database: Database,
  range: ActivityRange,
  limit: number,
): Promise<ActivityCount[]> {
  const { from, to, step, activity = null } = range;
  if (!Number.isSafeInteger(step) || step < 1) throw new RangeError('a step is 1 ms or more');
  if (activity !== null && !isStorable(activity)) return [];
  // Columns in collation "C" are in the order of their bytes, and '' is the first.
  const rows = await database.read<CountRow>(
    `SELECT minute - (minute % $3 + $3) % $3 AS minute, activity, client, user_id AS "userId", outcome,
            sum(count)::bigint AS count, sum(total_ms)::bigint AS "totalMs", max(max_ms) AS "maxMs"
       FROM activity_counts WHERE minute >= $1 AND minute < $2 AND ($4::text IS NULL OR activity = $4)
      GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5 LIMIT $5`,
    [storableTime(from, 'from'), storableTime(to, 'to'), step, activity, limit],
  );
  return rows.map((row) => ({ ...row, userId: row.userId === '' ? null : row.userId }));
}

const requestColumns = `request_id AS "requestId", time, ms, method, route, status, ip, user_id AS "userId",
  token_id AS "tokenId", activity, command_line AS "commandLine", user_agent AS "userAgent", original,
  trace_id AS "traceId"`;

export async function findRequests(
  database: Database,
  requestId: string,
  limit: number,
): Promise<RequestRecord[]> {
  if (!isStorable(requestId)) return [];
  return database.read<RequestRecord>(
    `SELECT ${requestColumns} FROM requests WHERE request_id = $1 ORDER BY time, n LIMIT $2`,
    [requestId, limit],
  );
}

/** As `outcomeOfStatus` has it. */
const statuses: Record<Outcome, string> = {
  ok: 'status < 400',
  refused: 'status BETWEEN 400 AND 499',
  failed: 'status >= 500',
};

export async function listRequests(
  database: Database,
  filter: RequestFilter,
  page: { before: RequestPosition | null; limit: number },
): Promise<ListedRequest[]> {
  const { from, activity, outcome } = filter;
  const before = earlier(page.before, storableTime(filter.to, 'to'));
  if (activity !== undefined && !isStorable(activity)) return [];
  const conditions = [
    ...(activity === undefined ? [] : ['activity = $5']),
    ...(outcome === undefined ? [] : [statuses[outcome]]),
  ].map((condition) => ` AND ${condition}`);
  return database.read<ListedRequest>(
    `SELECT ${requestColumns}, n FROM requests WHERE time >= $1 AND (time, n) < ($2, $3)${conditions.join('')}
      ORDER BY time DESC, n DESC LIMIT $4`,
    [
      storableTime(from, 'from'),
      before.time,
      before.n,
      page.limit,
      ...(activity === undefined ? [] : [activity]),
    ],
  );
}
