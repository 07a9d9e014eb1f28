import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import {
  BATCH,
  type ColumnType,
  type MovedTable,
  type Row,
  USE_COLUMNS,
  type Value,
} from '../move/tables.ts';
import { type ConnectionOptions, readConnectionOptions } from './connection-options.ts';
import { greet, type Session } from './connections.ts';
import { ownTypes } from './own-types.ts';
import { isCollision, sqlStateOf, toStoreError } from './postgres-error.ts';

/** Milliseconds for one statement of a move. */
const patience = 600_000;
const attempts = 10;

/** One connection for a whole move. */
export interface MoveSession extends Session {
  /** For people, without a password. */
  readonly name: string;
  readonly options: ConnectionOptions;
  rows(table: MovedTable): AsyncGenerator<Row[]>;
  write(table: MovedTable, rows: readonly Row[]): Promise<void>;
  /** Locks in one go; others who wait for each other in a circle with it are let through, and it is tried again. */
  lock(tables: readonly string[]): Promise<void>;
  end(): Promise<void>;
}

export async function openMoveSession(url: string): Promise<MoveSession> {
  const options = readConnectionOptions(url);
  const client = new pg.Client({
    ...options,
    application_name: 'guardbee',
    connectionTimeoutMillis: 5_000,
    statement_timeout: patience,
    lock_timeout: 10_000,
    types: ownTypes,
  });
  client.on('error', () => {});
  const query = async <R>(text: string, values: readonly unknown[] = [], more = {}): Promise<R[]> => {
    try {
      return (await client.query({ text, values: values as unknown[], ...more })).rows as R[];
    } catch (error) {
      throw toStoreError(error);
    }
  };
  try {
    await client.connect();
    await greet(client, 'writes');
  } catch (error) {
    await client.end().catch(() => {});
    throw toStoreError(error);
  }
  return {
    name: `postgres://${options.host}${options.port === undefined ? '' : `:${options.port}`}/${options.database}`,
    options,
    query,
    async *rows(table) {
      await query(`DECLARE moving NO SCROLL CURSOR FOR ${selectOf(table)}`);
      for (;;) {
        const rows = await query<Value[]>(`FETCH ${BATCH} FROM moving`, [], { rowMode: 'array' });
        if (rows.length > 0) yield rows;
        if (rows.length < BATCH) break;
      }
      await query('CLOSE moving');
    },
    async write(table, rows) {
      const columns = Object.entries(table.columns);
      if (table.name !== 'tokens') return void (await query(...insertOf(table.name, columns, rows, 0)));
      const own = columns.filter(([name]) => !(USE_COLUMNS as readonly string[]).includes(name));
      await query(...insertOf('tokens', own, rows, 0));
      await query(
        `UPDATE token_uses s SET time = r.time, ip = r.ip, activity = r.activity, user_agent = r.user_agent
           FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[])
             AS r (id, time, ip, activity, user_agent) JOIN tokens t ON t.id = r.id WHERE s.token = t.n`,
        [rows.map((row) => row[1]), ...arraysOf(columns.slice(own.length), rows, own.length)],
      );
    },
    async lock(tables) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await query('BEGIN');
          await query(`LOCK TABLE ${tables.join(', ')} IN EXCLUSIVE MODE`);
          return;
        } catch (error) {
          await query('ROLLBACK');
          if (attempt === attempts || !(isCollision(error) || sqlStateOf(error) === '55P03')) throw error;
          await wait(100 * attempt);
        }
      }
    },
    end: () => client.end().catch(() => {}),
  };
}

function selectOf({ name, columns, order }: MovedTable): string {
  const names = Object.keys(columns);
  if (name !== 'tokens') return `SELECT ${names.join(', ')} FROM ${name} ORDER BY ${order}`;
  const own = names.map((column) =>
    (USE_COLUMNS as readonly string[]).includes(column) ? `s.${column}` : `t.${column}`,
  );
  return `SELECT ${own.join(', ')} FROM tokens t JOIN token_uses s ON s.token = t.n ORDER BY t.n`;
}

type Columns = readonly (readonly [string, ColumnType])[];

/** In the order of the rows: the database numbers them so. */
function insertOf(table: string, columns: Columns, rows: readonly Row[], from: number): [string, unknown[]] {
  const names = columns.map(([name]) => name).join(', ');
  const types = columns.map(([, type], at) => `$${at + 1}::${type}[]`).join(', ');
  return [
    `INSERT INTO ${table} (${names}) SELECT ${names} FROM unnest(${types}) WITH ORDINALITY AS r (${names}, place) ORDER BY place`,
    arraysOf(columns, rows, from),
  ];
}

function arraysOf(columns: Columns, rows: readonly Row[], from: number): unknown[][] {
  return columns.map((_, at) => rows.map((row) => row[from + at]));
}
