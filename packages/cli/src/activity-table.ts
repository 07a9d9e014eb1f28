import type { V4ActivityCount } from 'giantswarm';
import { table } from './table.ts';
import { showTime, type TimeOptions } from './times.ts';

/** What was done for one purpose in one step of time, by whomever. */
interface Row {
  readonly time: string;
  readonly activity: string;
  count: number;
  refused: number;
  failed: number;
  totalMs: number;
  maxMs: number;
  readonly users: Map<string, number>;
}

const HEADINGS = ['TIME', 'ACTIVITY', 'REQUESTS', '', 'REFUSED', 'FAILED', 'MEAN', 'SLOWEST', 'BY'];
const BAR = 20;

/** Counts as a table: a row for each step and purpose, the busiest bar as long as there is room. */
export function showActivities(
  counts: readonly V4ActivityCount[],
  options: TimeOptions,
  paint: (colour: 'green' | 'red', text: string) => string,
): string {
  const rows = sumUp(counts);
  const most = Math.max(...rows.map((row) => row.count));
  const cells = rows.map((row) => [
    showTime(row.time, options),
    row.activity,
    String(row.count),
    bar(row.count / most),
    share(row.refused, row.count),
    share(row.failed, row.count),
    `${Math.round(row.totalMs / row.count)} ms`,
    `${row.maxMs} ms`,
    byWhom(row.users),
  ]);
  return table(HEADINGS, cells, (cell, column) => {
    if (column === 3) return paint('green', cell);
    return column === 5 && !cell.startsWith('-') ? paint('red', cell) : cell;
  });
}

function sumUp(counts: readonly V4ActivityCount[]): Row[] {
  const rows = new Map<string, Row>();
  for (const one of counts) {
    const [time, activity, count] = [String(one.time), String(one.activity), one.count ?? 0];
    const key = JSON.stringify([time, activity]);
    const row: Row = rows.get(key) ?? {
      time,
      activity,
      count: 0,
      refused: 0,
      failed: 0,
      totalMs: 0,
      maxMs: 0,
      users: new Map(),
    };
    rows.set(key, row);
    row.count += count;
    if (one.outcome === 'refused') row.refused += count;
    if (one.outcome === 'failed') row.failed += count;
    row.totalMs += one.total_ms ?? 0;
    row.maxMs = Math.max(row.maxMs, one.max_ms ?? 0);
    const user = one.user_email ?? one.user_id ?? 'nobody';
    row.users.set(user, (row.users.get(user) ?? 0) + count);
  }
  return [...rows.values()];
}

/** Eighths of a character make a short bar readable (Unicode block elements). */
function bar(part: number): string {
  const eighths = Math.max(1, Math.round(part * BAR * 8));
  const rest = eighths % 8;
  return '█'.repeat(eighths >> 3) + (rest === 0 ? '' : String.fromCodePoint(0x2590 - rest));
}

function share(part: number, whole: number): string {
  return part === 0 ? '-' : `${part} (${Math.round((100 * part) / whole)} %)`;
}

/** Who it was most of the time, and how many others. */
function byWhom(users: ReadonlyMap<string, number>): string {
  const [first, ...others] = [...users].sort(([, one], [, other]) => other - one);
  return `${first?.[0] ?? '-'}${others.length === 0 ? '' : ` and ${others.length} more`}`;
}
