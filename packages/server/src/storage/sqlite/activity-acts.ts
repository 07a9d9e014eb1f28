import type { DatabaseSync } from 'node:sqlite';
import type { ActivityCount, ActivityStore, RequestRecord } from '../activity-store.ts';
import { checkLimit, longestBatch } from '../page.ts';
import { storable, storableTime } from '../text.ts';
import { statement } from './connection.ts';

export function recordActivity(
  db: DatabaseSync,
  counts: readonly ActivityCount[],
  requests: readonly RequestRecord[],
): void {
  const add = statement(
    db,
    `INSERT INTO activity_counts (minute, activity, client, user_id, outcome, count, total_ms, max_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count, total_ms = total_ms + excluded.total_ms,
         max_ms = max(max_ms, excluded.max_ms)`,
  );
  for (const { minute, activity, client, userId, outcome, count, totalMs, maxMs } of counts) {
    add.run(
      storableTime(minute, 'minute'),
      storable(activity, 'activity'),
      storable(client, 'client'),
      storable(userId ?? '', 'user id'),
      outcome,
      count,
      storableTime(totalMs, 'totalMs'),
      storableTime(maxMs, 'maxMs'),
    );
  }
  const keep = statement(
    db,
    `INSERT INTO requests (request_id, time, ms, method, route, status, ip, user_id, token_id, activity, command_line,
         user_agent, original, trace_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const request of requests) {
    keep.run(
      storable(request.requestId, 'request id'),
      storableTime(request.time, 'time'),
      request.ms,
      storable(request.method, 'method'),
      storable(request.route, 'route'),
      request.status,
      storable(request.ip, 'ip'),
      storable(request.userId, 'user id'),
      storable(request.tokenId, 'token id'),
      storable(request.activity, 'activity'),
      storable(request.commandLine, 'command line'),
      storable(request.userAgent, 'user agent'),
      storable(request.original, 'original request'),
      storable(request.traceId, 'trace id'),
    );
  }
}

type ActivityBounds = Parameters<ActivityStore['forgetActivity']>[0];

export function forgetActivity(db: DatabaseSync, bounds: ActivityBounds, limit: number): number {
  checkLimit(limit, longestBatch);
  const forgetCounts = statement(
    db,
    `DELETE FROM activity_counts WHERE (minute, activity, client, user_id, outcome) IN (
       SELECT minute, activity, client, user_id, outcome FROM activity_counts WHERE minute < ? ORDER BY minute LIMIT ?)`,
  );
  const counts = Number(forgetCounts.run(storableTime(bounds.countsBefore, 'countsBefore'), limit).changes);
  const forgetRequests = statement(
    db,
    'DELETE FROM requests WHERE n IN (SELECT n FROM requests ORDER BY time, n LIMIT ?)',
  );
  return counts + Number(forgetRequests.run(countOldRequests(db, bounds, limit - counts)).changes);
}

/** Whether `forgetActivity` would forget any. */
export function hasActivityToForget(db: DatabaseSync, bounds: ActivityBounds): boolean {
  const find = statement(db, 'SELECT 1 FROM activity_counts WHERE minute < ? LIMIT 1');
  const hasCounts = find.get(storableTime(bounds.countsBefore, 'countsBefore')) !== undefined;
  return hasCounts || countOldRequests(db, bounds, 1) > 0;
}

/** How many requests are to be forgotten, as old or as beyond `most`; at most `limit`. */
function countOldRequests(
  db: DatabaseSync,
  { requestsBefore, most }: Omit<ActivityBounds, 'countsBefore'>,
  limit: number,
): number {
  if (!Number.isInteger(most) || most < 0) throw new RangeError('most is 0 or more');
  const surplus = Number(statement(db, 'SELECT count(*) AS rows FROM requests').get()?.rows) - most;
  const old = statement(
    db,
    'SELECT count(*) AS rows FROM (SELECT 1 FROM requests WHERE time < ? LIMIT ?)',
  ).get(storableTime(requestsBefore, 'requestsBefore'), limit)?.rows;
  return Math.min(Math.max(surplus, Number(old)), limit);
}

export function forgetRequest(db: DatabaseSync, requestId: string): void {
  statement(db, 'DELETE FROM requests WHERE request_id = ?').run(requestId);
}

/** Takes out of all requests what clients said of themselves that has this text in it, upper and lower case of ASCII alike. */
export function blankSaid(db: DatabaseSync, text: string): void {
  for (const said of ['command_line', 'original', 'user_agent'])
    statement(db, `UPDATE requests SET ${said} = NULL WHERE instr(lower(${said}), lower(?)) > 0`).run(text);
}
