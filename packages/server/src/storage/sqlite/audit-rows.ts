import type { DatabaseSync } from 'node:sqlite';
import type { AuditEventName } from '../../audit-events.ts';
import { digestPersonal } from '../audit-entry.ts';
import type { AuditHead, AuditValue, ChainedAuditEvent } from '../audit-store.ts';
import { storable } from '../text.ts';
import { statement } from './connection.ts';

/** The number that stands for a word, given to it when it first comes up. */
export function wordNumber(db: DatabaseSync, word: string): number {
  const known = findWord(db, word);
  if (known !== undefined) return known;
  return Number(statement(db, 'INSERT INTO audit_words (word) VALUES (?)').run(word).lastInsertRowid);
}

export function findWord(db: DatabaseSync, word: string): number | undefined {
  return statement(db, 'SELECT n FROM audit_words WHERE word = ?').get(word)?.n as number | undefined;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Our own request ids are UUIDs. Stored twice each, in the row and its index, they are worth the way to bytes. */
export function requestIdToStored(id: string | null): string | Uint8Array | null {
  return id !== null && uuid.test(id) ? Uint8Array.from(Buffer.from(id.replaceAll('-', ''), 'hex')) : id;
}

function storedToRequestId(stored: string | Uint8Array | null): string | null {
  if (stored === null || typeof stored === 'string') return stored;
  const hex = Buffer.from(stored).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export function insertEvent(db: DatabaseSync, event: ChainedAuditEvent): void {
  const { n, time, subject, actor, requestId, details, salt, personal, hash } = event;
  const fields = [Object.keys(details), Object.keys(personal ?? {})];
  statement(
    db,
    `INSERT INTO audit_events (n, time, event, subject, actor, request_id, fields, details, salt, personal, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    n,
    time,
    wordNumber(db, event.event),
    subject === null ? null : wordNumber(db, storable(subject, 'subject')),
    actor === null ? null : wordNumber(db, storable(actor, 'actor')),
    requestIdToStored(storable(requestId, 'request id')),
    wordNumber(db, JSON.stringify(fields)),
    fields[0]?.length === 0 ? null : JSON.stringify(Object.values(details)),
    salt,
    personal === null ? null : JSON.stringify(Object.values(personal)),
    hash,
  );
}

/** Of `audit_events e`. Words that somebody took away are null, not a missing row. */
export const auditColumns = `e.n, e.time, e.request_id, e.details, e.salt, e.personal, e.digest, e.hash,
  e.event AS event_n, e.subject AS subject_n, e.actor AS actor_n,
  (SELECT word FROM audit_words w WHERE w.n = e.event) AS event,
  (SELECT word FROM audit_words w WHERE w.n = e.subject) AS subject,
  (SELECT word FROM audit_words w WHERE w.n = e.actor) AS actor,
  (SELECT word FROM audit_words w WHERE w.n = e.fields) AS fields`;

export interface AuditRow {
  n: number;
  time: number;
  request_id: string | Uint8Array | null;
  details: string | null;
  salt: Uint8Array | null;
  personal: string | null;
  digest: Uint8Array | null;
  hash: Uint8Array;
  event_n: number;
  subject_n: number | null;
  actor_n: number | null;
  event: AuditEventName;
  subject: string | null;
  actor: string | null;
  fields: string;
}

export function toAuditEvent(row: AuditRow, chain: string): ChainedAuditEvent {
  const [detailNames, personalNames] = parse(row.fields);
  const personal = row.personal === null ? null : together<string>(personalNames, row.personal);
  return {
    chain,
    n: row.n,
    time: row.time,
    event: row.event,
    subject: row.subject,
    actor: row.actor,
    requestId: storedToRequestId(row.request_id),
    details: row.details === null ? {} : together<AuditValue>(detailNames, row.details),
    personal,
    salt: row.salt,
    // Kept only when it can't be computed any more.
    personalDigest: personal !== null && row.salt !== null ? digestPersonal(row.salt, personal) : row.digest,
    hash: row.hash,
  };
}

/** Names and their values. Where somebody has changed one of them so that they don't fit, the chain's hashes tell. */
function together<T>(names: unknown, text: string): Record<string, T> {
  const values = parse(text);
  return Object.fromEntries(list(names).map((name, n) => [String(name), values[n] as T]));
}

function parse(text: string): unknown[] {
  try {
    return list(JSON.parse(text));
  } catch {
    return [];
  }
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

const headColumns = 'chain, n, hash, time, base_n, base_hash, key_id, signature';

export function readHead(db: DatabaseSync, chain: string): AuditHead | undefined {
  const row = statement(db, `SELECT ${headColumns} FROM audit_heads WHERE chain = ?`).get(chain);
  return row === undefined ? undefined : toHead(row);
}

export function readHeads(db: DatabaseSync): AuditHead[] {
  return statement(db, `SELECT ${headColumns} FROM audit_heads ORDER BY chain`).all().map(toHead);
}

export function readCheckpoints(db: DatabaseSync, chain: string, after: number, limit: number): AuditHead[] {
  return statement(
    db,
    `SELECT ${headColumns} FROM audit_checkpoints WHERE chain = ? AND n > ? ORDER BY n LIMIT ?`,
  )
    .all(chain, after, limit)
    .map(toHead);
}

export function writeHead(db: DatabaseSync, head: AuditHead): void {
  statement(db, `REPLACE INTO audit_heads (${headColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`).run(
    ...headValues(head),
  );
}

export function writeCheckpoint(db: DatabaseSync, head: AuditHead): void {
  statement(db, `REPLACE INTO audit_checkpoints (${headColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`).run(
    ...headValues(head),
  );
}

function headValues({ chain, n, hash, time, baseN, baseHash, keyId, signature }: AuditHead) {
  return [chain, n, hash, time, baseN, baseHash, keyId, signature] as const;
}

function toHead(row: Record<string, unknown>): AuditHead {
  return {
    chain: row.chain as string,
    n: row.n as number,
    hash: row.hash as Uint8Array,
    time: row.time as number,
    baseN: row.base_n as number,
    baseHash: row.base_hash as Uint8Array,
    keyId: row.key_id as string,
    signature: row.signature as Uint8Array,
  };
}
