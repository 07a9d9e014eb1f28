import type { DatabaseSync } from 'node:sqlite';
import { digestPersonal, entries } from '../audit-entry.ts';
import type { Provenance } from '../audit-store.ts';
import { emailSpellings } from '../email-spellings.ts';
import { checkLimit, longestBatch } from '../page.ts';
import type { Act } from '../records.ts';
import { storable, storableTime } from '../text.ts';
import { blankSaid, forgetRequest } from './activity-acts.ts';
import { appendEvent, chainOf } from './audit-chain.ts';
import { type AuditRow, auditColumns, findWord, readHead, toAuditEvent, writeHead } from './audit-rows.ts';
import { CHAIN, CHAIN_ROOM, type MovedChain, movedChains } from './chain-rows.ts';
import { leapOverChanges } from './changes.ts';
import { statement } from './connection.ts';

/** Events that one transaction of an erasure looks at: a longer one would hold up the logouts behind it. */
const slice = 1000;

/** Where an erasure has come to. */
export interface ErasePosition {
  readonly by: 'subject' | 'actor';
  readonly time: number;
  readonly n: number;
  /** The last event there was when it began: its own events stay whole. */
  readonly upTo: number;
  /** E-mails of theirs that have been taken out of command lines, in each spelling. */
  readonly emails: readonly string[];
}

export interface Erased {
  readonly events: number;
  readonly next: ErasePosition | undefined;
}

/**
 * One slice of an erasure, from `at` on; undefined: from the beginning. The first slice leaves its event in any case,
 * so that nothing is ever erased without one.
 */
export function erasePersonal(
  db: DatabaseSync,
  userId: string,
  at: ErasePosition | undefined,
  act: Act,
): Erased {
  storable(userId, 'user id');
  const from = at ?? { by: 'subject', ...first, upTo: chainOf(db).head(db).n, emails: [] };
  if (at === undefined) {
    statement(db, 'DELETE FROM requests WHERE user_id = ?').run(userId);
    statement(db, 'UPDATE ended_tokens SET name = NULL WHERE user_id = ? AND name IS NOT NULL').run(userId);
  }
  const erased = eraseSome(db, userId, from);
  if (at === undefined || erased.events > 0) appendEvent(db, entries.userErased(userId, erased.events), act);
  return erased;
}

const first = { time: Number.MIN_SAFE_INTEGER, n: 0 };

function eraseSome(db: DatabaseSync, userId: string, from: ErasePosition): Erased {
  const user = findWord(db, userId);
  let [events, looked, next] = [0, 0, user === undefined ? undefined : from];
  while (user !== undefined && next !== undefined && looked < slice) {
    const part = eraseSlice(db, user, next, slice - looked);
    [events, looked, next] = [events + part.events, looked + part.looked, part.next];
  }
  return { events, next };
}

function eraseSlice(
  db: DatabaseSync,
  user: number,
  from: ErasePosition,
  limit: number,
): Erased & { looked: number } {
  const rows = statement(
    db,
    `SELECT ${auditColumns} FROM audit_events e
      WHERE e.${from.by} = ? AND (e.time, e.n) > (?, ?) ORDER BY e.time, e.n LIMIT ?`,
  ).all(user, from.time, from.n, limit) as unknown as AuditRow[];
  const erase = statement(db, 'UPDATE audit_events SET salt = NULL, personal = NULL, digest = ? WHERE n = ?');
  const emails = new Set(from.emails);
  let events = 0;
  for (const row of rows) {
    const event = toAuditEvent(row, CHAIN);
    const { n, personal, salt, requestId } = event;
    const isNew = n > from.upTo && n < CHAIN_ROOM;
    if (isNew) continue;
    if (requestId !== null) forgetRequest(db, requestId);
    if (from.by === 'subject') for (const email of emailSpellings(event)) emails.add(email);
    if (personal === null || salt === null) continue;
    erase.run(digestPersonal(salt, personal), n);
    events += 1;
  }
  for (const email of emails) if (!from.emails.includes(email)) blankSaid(db, email);
  const looked = rows.length;
  const last = rows.at(-1);
  const next = { ...from, emails: [...emails] };
  if (last !== undefined && looked === limit) {
    return { events, looked, next: { ...next, time: last.time, n: last.n } };
  }
  return { events, looked, next: from.by === 'subject' ? { ...next, ...first, by: 'actor' } : undefined };
}

export function pruneAuditEvents(db: DatabaseSync, time: number, act: Act, limit: number): number {
  checkLimit(limit, longestBatch);
  storableTime(time, 'time');
  const own = pruneChain(db, { k: 0, chain: CHAIN }, time, limit);
  if (own !== undefined) chainOf(db).rebase(db, own.n, own.hash);
  let count = own?.count ?? 0;
  for (const moved of movedChains(db)) {
    const pruned = pruneChain(db, moved, time, limit - count);
    const head = readHead(db, moved.chain);
    if (pruned === undefined || head === undefined) continue;
    writeHead(db, chainOf(db).sign({ ...head, baseN: pruned.n, baseHash: pruned.hash }));
    count += pruned.count;
  }
  if (count > 0) appendEvent(db, entries.auditPruned(count, time), act);
  return count;
}

/** Answers with the last event that went. */
function pruneChain(
  db: DatabaseSync,
  { k, chain }: MovedChain,
  time: number,
  limit: number,
): { count: number; n: number; hash: Uint8Array } | undefined {
  const beginning = k * CHAIN_ROOM;
  const oldest = statement(
    db,
    'SELECT n, time, hash FROM audit_events WHERE n > ? AND n < ? ORDER BY n LIMIT ?',
  ).all(beginning, beginning + CHAIN_ROOM, limit) as unknown as {
    n: number;
    time: number;
    hash: Uint8Array;
  }[];
  const young = oldest.findIndex((event) => event.time >= time);
  const last = oldest.at(young === -1 ? -1 : young - 1);
  const count = young === -1 ? oldest.length : young;
  if (last === undefined || count === 0) return undefined;
  statement(db, 'DELETE FROM audit_events WHERE n > ? AND n <= ?').run(beginning, last.n);
  const n = last.n - beginning;
  statement(db, 'DELETE FROM audit_checkpoints WHERE chain = ? AND n <= ?').run(chain, n);
  return { count, n, hash: last.hash };
}

export function recordProvenance(db: DatabaseSync, provenance: Provenance, act: Act): void {
  leapOverChanges(db);
  appendEvent(db, entries.provenance(provenance), act);
}
