import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { BATCH, type MovedTable, type Row, USE_COLUMNS, type Value } from '../move/tables.ts';
import { type AuditRow, auditColumns, requestIdToStored, toAuditEvent, wordNumber } from './audit-rows.ts';
import { addMovedChain, beginningOf, CHAIN, CHAIN_ROOM, movedChains } from './chain-rows.ts';
import { arrayStatement, statement } from './connection.ts';

/** Rows of an SQLite database in the form that moves. */
export async function* readRows(db: DatabaseSync, table: MovedTable): AsyncGenerator<Row[]> {
  const rows = table.name === 'audit_events' ? readEvents(db) : readPlain(db, table);
  let batch: Row[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
    await endOfTurn();
  }
  if (batch.length > 0) yield batch;
}

function* readPlain(db: DatabaseSync, { name, columns, order }: MovedTable): Generator<Row> {
  const names = Object.keys(columns).map((column) => columnOf(name, column));
  const from = name === 'tokens' ? 'tokens t JOIN token_uses s ON s.token = t.n' : name;
  const booleans = Object.values(columns).map((type) => type === 'boolean');
  const read = arrayStatement(db, `SELECT ${names.join(', ')} FROM ${from} ORDER BY ${order}`);
  for (const row of read.iterate() as Iterable<unknown>) {
    yield (row as Value[]).map((value, at) => (booleans[at] ? value === 1 : value));
  }
}

function columnOf(table: string, column: string): string {
  if (table !== 'tokens') return column;
  return (USE_COLUMNS as readonly string[]).includes(column) ? `s.${column}` : `t.${column}`;
}

function* readEvents(db: DatabaseSync): Generator<Row> {
  const chains = [{ k: 0, chain: CHAIN }, ...movedChains(db)].sort((a, b) => (a.chain < b.chain ? -1 : 1));
  const read = statement(
    db,
    `SELECT ${auditColumns} FROM audit_events e WHERE e.n > ? AND e.n < ? ORDER BY e.n`,
  );
  for (const { k, chain } of chains) {
    const beginning = k * CHAIN_ROOM;
    for (const found of read.iterate(beginning, beginning + CHAIN_ROOM)) {
      const row = found as unknown as AuditRow;
      const event = toAuditEvent(row, chain);
      yield [
        chain,
        row.n - beginning,
        event.time,
        event.event,
        event.subject,
        event.actor,
        event.requestId,
        JSON.stringify(event.details),
        event.salt,
        event.personal === null ? null : JSON.stringify(event.personal),
        row.digest,
        event.hash,
      ];
    }
  }
}

export function writeRows(db: DatabaseSync, table: MovedTable, rows: readonly Row[]): void {
  if (table.name === 'audit_events') for (const row of rows) writeEvent(db, row);
  else if (table.name === 'tokens') writeTokens(db, table, rows);
  else writePlain(db, table, rows);
  if (table.name === 'audit_heads') for (const [chain] of rows) addMovedChain(db, String(chain));
}

function writePlain(db: DatabaseSync, { name, columns }: MovedTable, rows: readonly Row[]): void {
  const names = Object.keys(columns);
  const insert = statement(
    db,
    `INSERT INTO ${name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  );
  for (const row of rows) insert.run(...row.map(toStored));
}

/** A trigger has put a use beside each new token. */
function writeTokens(db: DatabaseSync, table: MovedTable, rows: readonly Row[]): void {
  const names = Object.keys(table.columns).filter(
    (name) => !(USE_COLUMNS as readonly string[]).includes(name),
  );
  const insert = statement(
    db,
    `INSERT INTO tokens (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  );
  const use = statement(
    db,
    'UPDATE token_uses SET time = ?, ip = ?, activity = ?, user_agent = ? WHERE token = ?',
  );
  for (const row of rows) {
    const stored = row.map(toStored);
    const { lastInsertRowid } = insert.run(...stored.slice(0, names.length));
    use.run(...stored.slice(names.length), lastInsertRowid);
  }
}

function writeEvent(db: DatabaseSync, row: Row): void {
  const [chain, n, time, event, subject, actor, requestId, details, salt, personal, digest, hash] =
    row.map(toStored);
  const parts = [details, personal].map((text) =>
    text === null ? {} : (JSON.parse(String(text)) as object),
  );
  const [said, own] = parts as [object, object];
  const word = (text: SQLInputValue | undefined): number | null =>
    text === null || text === undefined ? null : wordNumber(db, String(text));
  statement(
    db,
    `INSERT INTO audit_events (n, time, event, subject, actor, request_id, fields, details, salt, personal, digest, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    (beginningOf(db, String(chain)) ?? 0) + Number(n),
    Number(time),
    word(event),
    word(subject),
    word(actor),
    requestIdToStored(requestId as string | null),
    wordNumber(db, JSON.stringify([Object.keys(said), Object.keys(own)])),
    Object.keys(said).length === 0 ? null : JSON.stringify(Object.values(said)),
    salt ?? null,
    personal === null ? null : JSON.stringify(Object.values(own)),
    digest ?? null,
    hash ?? null,
  );
}

function toStored(value: Value): SQLInputValue {
  return typeof value === 'boolean' ? Number(value) : value;
}
