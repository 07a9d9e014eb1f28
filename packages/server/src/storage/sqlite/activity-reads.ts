import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import {
  type ActivityCount,
  type ActivityRange,
  earlier,
  type ListedRequest,
  type Outcome,
  outcomeOfStatus,
  type RequestFilter,
  type RequestPosition,
  type RequestRecord,
} from '../activity-store.ts';
import { checkLimit, longestBatch, longestPage } from '../page.ts';
import { isStorable, storableTime } from '../text.ts';
import { statement } from './connection.ts';
import type { Reader } from './reader.ts';

/** Rows looked at in one go: a longer look would hold up the requests on the same thread. */
const slice = 1000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface CountRow {
  minute: number;
  activity: string;
  client: string;
  userId: string;
  outcome: Outcome;
  count: number;
  totalMs: number;
  maxMs: number;
}

/** Walks the counts by minute, sums up step after step, and stops when there are enough. */
export async function listActivities(
  reader: Reader,
  range: ActivityRange,
  limit: number,
): Promise<ActivityCount[]> {
  checkLimit(limit, longestBatch);
  const { from, to, step, activity } = range;
  if (!Number.isSafeInteger(step) || step < 1) throw new RangeError('a step is 1 ms or more');
  if (activity !== undefined && !isStorable(activity)) return [];
  const done: ActivityCount[] = [];
  let sums = new Map<string, Mutable<CountRow>>();
  const finishStep = (): void => {
    done.push(...[...sums.values()].sort(byKey).map(toCount));
    sums = new Map();
  };
  let after: CountRow | undefined;
  for (;;) {
    const rows = await reader.read((db) =>
      after === undefined ? firstCounts(db, from, to, activity) : nextCounts(db, after, to, activity),
    );
    for (const row of rows) {
      const minute = Math.floor(row.minute / step) * step;
      const [open] = sums.values();
      if (open !== undefined && open.minute !== minute) finishStep();
      if (done.length >= limit) return done.slice(0, limit);
      addTo(sums, { ...row, minute });
    }
    after = rows.at(-1);
    if (after === undefined || rows.length < slice) break;
    await endOfTurn();
  }
  finishStep();
  return done.slice(0, limit);
}

const countColumns = `minute, activity, client, user_id AS userId, outcome, count,
  total_ms AS totalMs, max_ms AS maxMs`;
const key = 'minute, activity, client, user_id, outcome';

function firstCounts(db: DatabaseSync, from: number, to: number, activity: string | undefined): CountRow[] {
  const [lowest, end] = [storableTime(from, 'from'), storableTime(to, 'to')];
  return (activity === undefined
    ? select(db, 'minute >= ? AND minute < ?').all(lowest, end)
    : select(db, 'activity = ? AND minute >= ? AND minute < ?').all(
        activity,
        lowest,
        end,
      )) as unknown as CountRow[];
}

function nextCounts(db: DatabaseSync, after: CountRow, to: number, activity: string | undefined): CountRow[] {
  const { minute, client, userId, outcome } = after;
  return (activity === undefined
    ? select(db, `(${key}) > (?, ?, ?, ?, ?) AND minute < ?`).all(
        minute,
        after.activity,
        client,
        userId,
        outcome,
        to,
      )
    : select(db, 'activity = ? AND (minute, client, user_id, outcome) > (?, ?, ?, ?) AND minute < ?').all(
        activity,
        minute,
        client,
        userId,
        outcome,
        to,
      )) as unknown as CountRow[];
}

function select(db: DatabaseSync, where: string): StatementSync {
  return statement(
    db,
    `SELECT ${countColumns} FROM activity_counts WHERE ${where} ORDER BY ${key} LIMIT ${slice}`,
  );
}

function addTo(sums: Map<string, Mutable<CountRow>>, row: CountRow): void {
  const name = JSON.stringify([row.activity, row.client, row.userId, row.outcome]);
  const sum = sums.get(name);
  if (sum === undefined) {
    sums.set(name, row);
    return;
  }
  sum.count += row.count;
  sum.totalMs += row.totalMs;
  sum.maxMs = Math.max(sum.maxMs, row.maxMs);
}

/** By the bytes of UTF-8, as the database sorts; by UTF-16 some would come elsewhere. */
function byKey(one: CountRow, other: CountRow): number {
  for (const field of ['activity', 'client', 'userId', 'outcome'] as const) {
    const order = Buffer.compare(Buffer.from(one[field]), Buffer.from(other[field]));
    if (order !== 0) return order;
  }
  return 0;
}

function toCount(row: CountRow): ActivityCount {
  return { ...row, userId: row.userId === '' ? null : row.userId };
}

const requestColumns = `n, request_id AS requestId, time, ms, method, route, status, ip, user_id AS userId,
  token_id AS tokenId, activity, command_line AS commandLine, user_agent AS userAgent, original, trace_id AS traceId`;

export function findRequests(db: DatabaseSync, requestId: string, limit: number): RequestRecord[] {
  checkLimit(limit, longestPage);
  if (!isStorable(requestId)) return [];
  const rows = statement(
    db,
    `SELECT ${requestColumns} FROM requests WHERE request_id = ? ORDER BY time, n LIMIT ?`,
  ).all(requestId, limit);
  return (rows as unknown as ListedRequest[]).map(({ n: _, ...record }) => record);
}

/** By time or by activity and time; records of another outcome are passed over, slice after slice. */
export async function listRequests(
  reader: Reader,
  filter: RequestFilter,
  page: { before: RequestPosition | null; limit: number },
): Promise<ListedRequest[]> {
  const limit = checkLimit(page.limit, longestPage);
  const { activity, outcome } = filter;
  if (activity !== undefined && !isStorable(activity)) return [];
  const from = storableTime(filter.from, 'from');
  const found: ListedRequest[] = [];
  for (let before = earlier(page.before, storableTime(filter.to, 'to')); ; await endOfTurn()) {
    const { time, n } = before;
    const which = activity === undefined ? [] : [activity];
    const rows = await reader.read(
      (db) => walk(db, activity).all(...which, from, time, n, slice) as unknown as ListedRequest[],
    );
    for (const row of rows) {
      const fits = outcome === undefined || outcomeOfStatus(row.status) === outcome;
      if (fits && found.length < limit) found.push({ ...row });
    }
    const last = rows.at(-1);
    if (last === undefined || found.length === limit || rows.length < slice) return found;
    before = last;
  }
}

function walk(db: DatabaseSync, activity: string | undefined): StatementSync {
  const which = activity === undefined ? '' : 'activity = ? AND ';
  return statement(
    db,
    `SELECT ${requestColumns} FROM requests
      WHERE ${which}time >= ? AND (time, n) < (?, ?) ORDER BY time DESC, n DESC LIMIT ?`,
  );
}
