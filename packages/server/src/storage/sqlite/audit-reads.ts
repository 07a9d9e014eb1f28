import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { AuditEvent, AuditFilter, AuditHead, AuditPosition, ChainedAuditEvent } from '../audit-store.ts';
import { checkLimit, longestPage } from '../page.ts';
import { isStorable, storableTime } from '../text.ts';
import {
  type AuditRow,
  auditColumns,
  findWord,
  readCheckpoints,
  requestIdToStored,
  toAuditEvent,
} from './audit-rows.ts';
import { beginningOf, CHAIN, CHAIN_ROOM, movedChains, placeOf } from './chain-rows.ts';
import { statement } from './connection.ts';
import type { Reader } from './reader.ts';

/** Rows looked at in one go, when not all of them need fit. */
const slice = 500;

/**
 * Walks one index backwards, the narrowest that the filter names. Where the filter names more than that, what doesn't fit
 * is passed over in slices, and other work gets its turn in between.
 */
export async function listAuditEvents(
  reader: Reader,
  filter: AuditFilter,
  page: { before: AuditPosition | null; limit: number },
): Promise<AuditEvent[]> {
  const limit = checkLimit(page.limit, longestPage);
  const wanted = await reader.read((db) => toWanted(db, filter));
  if (wanted === undefined) return [];
  const [driver, ...others] = wanted;
  const rowsAtOnce = others.length === 0 ? limit : slice;
  const from = storableTime(filter.from ?? Number.MIN_SAFE_INTEGER, 'from');
  const found: AuditEvent[] = [];
  for (let before = await reader.read((db) => beforeOf(db, page.before, filter)); ; await endOfTurn()) {
    const { time, n } = before;
    const rows = (await reader.read((db) =>
      walk(db, driver).all(...(driver === undefined ? [] : [driver.value]), from, time, n, rowsAtOnce),
    )) as unknown as AuditRow[];
    for (const row of rows) {
      if (found.length < limit && others.every(({ column, value }) => row[numbered[column]] === value)) {
        found.push(withoutChain(await reader.read((db) => toEvent(db, row))));
      }
    }
    const last = rows.at(-1);
    if (last === undefined || found.length === limit || rows.length < rowsAtOnce) return found;
    before = last;
  }
}

interface Wanted {
  readonly column: keyof typeof numbered | 'request_id';
  readonly value: number | string | Uint8Array;
}

const numbered = { subject: 'subject_n', actor: 'actor_n', event: 'event_n' } as const;

/** What the filter asks for, what fits the fewest first; undefined when nothing can fit. */
function toWanted(db: DatabaseSync, filter: AuditFilter): [Wanted?, ...NumberedWanted[]] | undefined {
  const wanted: NumberedWanted[] = [];
  for (const column of ['subject', 'actor', 'event'] as const) {
    const word = filter[column];
    if (word === undefined) continue;
    const value = isStorable(word) ? findWord(db, word) : undefined;
    if (value === undefined) return undefined;
    wanted.push({ column, value });
  }
  if (filter.requestId === undefined) return wanted as [Wanted?, ...NumberedWanted[]];
  const value = isStorable(filter.requestId) ? requestIdToStored(filter.requestId) : null;
  return value === null ? undefined : [{ column: 'request_id', value }, ...wanted];
}

type NumberedWanted = Wanted & { readonly column: keyof typeof numbered; readonly value: number };

function walk(db: DatabaseSync, driver: Wanted | undefined) {
  return statement(db, walkOf(driver?.column));
}

/** Backwards through the index of that column, or of the time. */
export function walkOf(column: string | undefined): string {
  const where = column === undefined ? '' : `e.${column} = ? AND `;
  return `SELECT ${auditColumns} FROM audit_events e
      WHERE ${where}e.time >= ? AND (e.time, e.n) < (?, ?) ORDER BY e.time DESC, e.n DESC LIMIT ?`;
}

/** Everything before the earlier of the page's beginning and the range's end. */
function beforeOf(
  db: DatabaseSync,
  before: AuditPosition | null,
  filter: AuditFilter,
): { time: number; n: number } {
  const to = { time: storableTime(filter.to ?? Number.MAX_SAFE_INTEGER, 'to'), n: 0 };
  if (before === null || before.time >= to.time) return to;
  const beginning = isStorable(before.chain) ? beginningOf(db, before.chain) : undefined;
  // Behind a position of a chain that isn't here, all or none of the same time follow.
  if (beginning === undefined)
    return { time: before.time, n: before.chain > CHAIN ? Number.MAX_SAFE_INTEGER : 0 };
  return { time: before.time, n: beginning + before.n };
}

function toEvent(db: DatabaseSync, row: AuditRow): ChainedAuditEvent {
  const { chain, n } = placeOf(db, row.n);
  return toAuditEvent({ ...row, n }, chain);
}

function withoutChain({ salt: _, personalDigest: __, hash: ___, ...event }: ChainedAuditEvent): AuditEvent {
  return event;
}

export function scanAuditChain(
  db: DatabaseSync,
  chain: string,
  page: { after: number; limit: number },
): ChainedAuditEvent[] {
  const limit = checkLimit(page.limit, longestPage);
  const beginning = isStorable(chain) ? beginningOf(db, chain) : undefined;
  if (beginning === undefined) return [];
  const after = Math.min(Math.max(storableTime(page.after, 'after'), 0), CHAIN_ROOM - 1);
  const rows = statement(
    db,
    `SELECT ${auditColumns} FROM audit_events e WHERE e.n > ? AND e.n < ? ORDER BY e.n LIMIT ?`,
  ).all(beginning + after, beginning + CHAIN_ROOM, limit);
  return rows.map((row) => toEvent(db, row as unknown as AuditRow));
}

export function auditCheckpoints(
  db: DatabaseSync,
  chain: string,
  page: { after: number; limit: number },
): AuditHead[] {
  const limit = checkLimit(page.limit, longestPage);
  return isStorable(chain) ? readCheckpoints(db, chain, storableTime(page.after, 'after'), limit) : [];
}

/** Whether pruning would find anything: asked first, so that it costs no transaction when not. */
export function hasEventsBefore(db: DatabaseSync, time: number): boolean {
  const oldest = statement(db, 'SELECT time FROM audit_events WHERE n > ? AND n < ? ORDER BY n LIMIT 1');
  return [{ k: 0 }, ...movedChains(db)].some(({ k }) => {
    const found = oldest.get(k * CHAIN_ROOM, (k + 1) * CHAIN_ROOM)?.time;
    return found !== undefined && Number(found) < time;
  });
}
