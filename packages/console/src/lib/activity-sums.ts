import type { V4ActivityCount } from 'giantswarm';

/** Sums over the service's rows of counts, for pictures and tables. */

export const OUTCOMES = ['ok', 'refused', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Sum {
  readonly key: string;
  readonly count: number;
  readonly by: Readonly<Record<Outcome, number>>;
  /** Milliseconds. */
  readonly mean: number;
  readonly slowest: number;
}

interface Growing {
  key: string;
  count: number;
  by: Record<Outcome, number>;
  total: number;
  slowest: number;
}

function newSum(key: string): Growing {
  return { key, count: 0, by: { ok: 0, refused: 0, failed: 0 }, total: 0, slowest: 0 };
}

function add(sum: Growing, row: V4ActivityCount): void {
  const count = row.count ?? 0;
  sum.count += count;
  sum.by[row.outcome as Outcome] += count;
  sum.total += row.total_ms ?? 0;
  sum.slowest = Math.max(sum.slowest, row.max_ms ?? 0);
}

function finish({ total, ...sum }: Growing): Sum {
  return { ...sum, mean: sum.count === 0 ? 0 : total / sum.count };
}

/** One sum for each key, the one with most requests first. */
export function sumBy(rows: readonly V4ActivityCount[], keyOf: (row: V4ActivityCount) => string): Sum[] {
  const sums = new Map<string, Growing>();
  for (const row of rows) {
    const key = keyOf(row);
    const sum = sums.get(key) ?? newSum(key);
    sums.set(key, sum);
    add(sum, row);
  }
  return [...sums.values()].map(finish).sort((a, b) => b.count - a.count || a.key.localeCompare(b.key));
}

export function sumAll(rows: readonly V4ActivityCount[]): Sum {
  const sum = newSum('');
  for (const row of rows) add(sum, row);
  return finish(sum);
}

/** One sum for each step from `from` to `to` (milliseconds), also where nothing was; the key is its beginning. */
export function sumSteps(rows: readonly V4ActivityCount[], from: number, to: number, step: number): Sum[] {
  const sums = new Map<number, Growing>();
  for (let time = from - (from % step); time < to; time += step) sums.set(time, newSum(String(time)));
  for (const row of rows) {
    const time = Date.parse(String(row.time));
    const sum = sums.get(time - (time % step));
    if (sum !== undefined) add(sum, row);
  }
  return [...sums.values()].map(finish);
}
