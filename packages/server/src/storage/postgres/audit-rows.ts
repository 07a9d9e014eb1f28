import type { AuditEventName } from '../../audit-events.ts';
import { digestPersonal } from '../audit-entry.ts';
import type { AuditHead, AuditValue, ChainedAuditEvent } from '../audit-store.ts';
import type { Session } from './connections.ts';

export const auditColumns =
  'chain, n, time, event, subject, actor, request_id, details, salt, personal, digest, hash';

export interface AuditRow {
  chain: string;
  n: number;
  time: number;
  event: AuditEventName;
  subject: string | null;
  actor: string | null;
  request_id: string | null;
  details: string;
  salt: Uint8Array | null;
  personal: string | null;
  digest: Uint8Array | null;
  hash: Uint8Array;
}

export function toAuditEvent(row: AuditRow): ChainedAuditEvent {
  const personal = row.personal === null ? null : parse<Record<string, string>>(row.personal);
  const { salt, digest: kept } = row;
  return {
    chain: row.chain,
    n: row.n,
    time: row.time,
    event: row.event,
    subject: row.subject,
    actor: row.actor,
    requestId: row.request_id,
    details: parse<Record<string, AuditValue>>(row.details),
    personal,
    salt,
    // Kept only when it can't be computed any more.
    personalDigest: personal !== null && salt !== null ? digestPersonal(salt, personal) : kept,
    hash: row.hash,
  };
}

/** Text that is no JSON any more was changed by somebody: it is shown, and the chain's hashes tell. */
function parse<T extends object>(text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    return { unreadable: text } as T;
  }
}

/** The columns of events as one array each, and how they are read as rows again. */
function eventArrays(events: readonly ChainedAuditEvent[]): unknown[][] {
  return [
    events.map(({ chain }) => chain),
    events.map(({ n }) => n),
    events.map(({ time }) => time),
    events.map(({ event }) => event),
    events.map(({ subject }) => subject),
    events.map(({ actor }) => actor),
    events.map(({ requestId }) => requestId),
    events.map(({ details }) => JSON.stringify(details)),
    events.map(({ salt }) => salt),
    events.map(({ personal }) => (personal === null ? null : JSON.stringify(personal))),
    events.map(({ hash }) => hash),
  ];
}

const eventColumns = 'chain, n, time, event, subject, actor, request_id, details, salt, personal, hash';
const eventRows = `unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
  $8::text[], $9::bytea[], $10::text[], $11::bytea[]) AS e (${eventColumns})`;

export async function writeEvents(session: Session, events: readonly ChainedAuditEvent[]): Promise<void> {
  await session.query(
    `INSERT INTO audit_events (${eventColumns}) SELECT ${eventColumns} FROM ${eventRows}`,
    eventArrays(events),
  );
}

/** Events and the head that they lead to, in one statement; false when the head isn't where it was. */
export async function append(
  session: Session,
  events: readonly ChainedAuditEvent[],
  head: AuditHead,
  before: Pick<AuditHead, 'n' | 'hash' | 'baseN'>,
): Promise<boolean> {
  const written = await session.query(
    `WITH moved AS (
       UPDATE audit_heads SET n = $13, hash = $14, time = $15, key_id = $16, signature = $17, moved = now()
        WHERE chain = $12 AND n = $18 AND hash = $19 AND base_n = $20 RETURNING 1)
     INSERT INTO audit_events (${eventColumns}) SELECT ${eventColumns} FROM ${eventRows}, moved RETURNING 1`,
    [
      ...eventArrays(events),
      head.chain,
      head.n,
      head.hash,
      head.time,
      head.keyId,
      head.signature,
      before.n,
      before.hash,
      before.baseN,
    ],
  );
  return written.length === events.length;
}

export const headColumns = 'chain, n, hash, time, base_n, base_hash, key_id, signature';

export interface HeadRow {
  chain: string;
  n: number;
  hash: Uint8Array;
  time: number;
  base_n: number;
  base_hash: Uint8Array;
  key_id: string;
  signature: Uint8Array;
}

export function toHead(row: HeadRow): AuditHead {
  return {
    chain: row.chain,
    n: row.n,
    hash: row.hash,
    time: row.time,
    baseN: row.base_n,
    baseHash: row.base_hash,
    keyId: row.key_id,
    signature: row.signature,
  };
}

/** The heads of these chains, which nobody else can move until the transaction ends. In order, as every lock of several. */
export async function lockHeads(session: Session, chains: readonly string[]): Promise<AuditHead[]> {
  const rows = await session.query<HeadRow>(
    `SELECT ${headColumns} FROM audit_heads WHERE chain = ANY ($1) ORDER BY chain FOR UPDATE`,
    [chains],
  );
  return rows.map(toHead);
}

export async function writeHeads(session: Session, heads: readonly AuditHead[]): Promise<void> {
  for (const head of heads) {
    await session.query(
      `INSERT INTO audit_heads (${headColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (chain) DO UPDATE SET n = excluded.n, hash = excluded.hash, time = excluded.time,
           base_n = excluded.base_n, base_hash = excluded.base_hash, key_id = excluded.key_id,
           signature = excluded.signature, moved = now()`,
      headValues(head),
    );
  }
}

export async function writeCheckpoints(session: Session, heads: readonly AuditHead[]): Promise<void> {
  for (const head of heads) {
    await session.query(
      `INSERT INTO audit_checkpoints (${headColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      headValues(head),
    );
  }
}

function headValues({ chain, n, hash, time, baseN, baseHash, keyId, signature }: AuditHead): unknown[] {
  return [chain, n, hash, time, baseN, baseHash, keyId, signature];
}
