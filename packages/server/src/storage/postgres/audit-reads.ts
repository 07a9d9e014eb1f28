import type { AuditEvent, AuditFilter, AuditHead, AuditPosition, ChainedAuditEvent } from '../audit-store.ts';
import { isStorable, storable, storableTime } from '../text.ts';
import {
  type AuditRow,
  auditColumns,
  type HeadRow,
  headColumns,
  toAuditEvent,
  toHead,
} from './audit-rows.ts';
import type { Database } from './database.ts';

const filters = { event: 'event', subject: 'subject', actor: 'actor', requestId: 'request_id' } as const;

/** Walks one index backwards; which one PostgreSQL chooses by what it knows of the values. */
export async function listAuditEvents(
  database: Database,
  filter: AuditFilter,
  page: { before: AuditPosition | null; limit: number },
): Promise<AuditEvent[]> {
  const values: unknown[] = [page.limit];
  const conditions: string[] = [];
  const add = (condition: (parameter: string) => string, value: unknown): void => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  for (const [field, column] of Object.entries(filters) as [keyof typeof filters, string][]) {
    const wanted = filter[field];
    if (wanted === undefined) continue;
    if (!isStorable(wanted)) return [];
    add((parameter) => `${column} = ${parameter}`, wanted);
  }
  if (filter.from !== undefined) add((from) => `time >= ${from}`, storableTime(filter.from, 'from'));
  if (filter.to !== undefined) add((to) => `time < ${to}`, storableTime(filter.to, 'to'));
  if (page.before !== null) {
    const { time, chain, n } = page.before;
    values.push(storableTime(time, 'time'), storable(chain, 'chain'), storableTime(n, 'n'));
    const [first = 0] = [values.length - 2];
    conditions.push(`(time, chain, n) < ($${first}, $${first + 1}, $${first + 2})`);
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = await database.read<AuditRow>(
    `SELECT ${auditColumns} FROM audit_events ${where} ORDER BY time DESC, chain DESC, n DESC LIMIT $1`,
    values,
  );
  return rows.map((row) => withoutChain(toAuditEvent(row)));
}

function withoutChain({ salt: _, personalDigest: __, hash: ___, ...event }: ChainedAuditEvent): AuditEvent {
  return event;
}

export async function scanAuditChain(
  database: Database,
  chain: string,
  page: { after: number; limit: number },
): Promise<ChainedAuditEvent[]> {
  if (!isStorable(chain)) return [];
  const rows = await database.read<AuditRow>(
    `SELECT ${auditColumns} FROM audit_events WHERE chain = $1 AND n > $2 ORDER BY n LIMIT $3`,
    [chain, storableTime(page.after, 'after'), page.limit],
  );
  return rows.map(toAuditEvent);
}

export async function auditHeads(database: Database): Promise<AuditHead[]> {
  const rows = await database.read<HeadRow>(`SELECT ${headColumns} FROM audit_heads ORDER BY chain`);
  return rows.map(toHead);
}

export async function auditCheckpoints(
  database: Database,
  chain: string,
  page: { after: number; limit: number },
): Promise<AuditHead[]> {
  if (!isStorable(chain)) return [];
  const rows = await database.read<HeadRow>(
    `SELECT ${headColumns} FROM audit_checkpoints WHERE chain = $1 AND n > $2 ORDER BY n LIMIT $3`,
    [chain, storableTime(page.after, 'after'), page.limit],
  );
  return rows.map(toHead);
}
