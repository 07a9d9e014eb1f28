/** A value of a column, alike for every engine. Booleans are booleans, also from an engine that has none. */
export type Value = string | number | boolean | Uint8Array | null;

/** The values of a row, in the order of its table's columns. */
export type Row = readonly Value[];

export type ColumnType = 'text' | 'bigint' | 'integer' | 'double precision' | 'boolean' | 'bytea';

/** What moves from one database to another: tables and columns have these names on every engine. */
export interface MovedTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** The SQL that puts its rows in an order that is the same at both ends. */
  readonly order: string;
}

const head = {
  chain: 'text',
  n: 'bigint',
  hash: 'bytea',
  time: 'bigint',
  base_n: 'bigint',
  base_hash: 'bytea',
  key_id: 'text',
  signature: 'bytea',
} as const;

/** Users before their tokens; heads before the events, which need to know what chains there are. */
export const MOVED_TABLES: readonly MovedTable[] = [
  {
    name: 'users',
    columns: {
      id: 'text',
      email: 'text',
      canonical_email: 'text',
      password_hash: 'text',
      created: 'bigint',
      expiry: 'bigint',
      admin: 'boolean',
      disabled: 'boolean',
      groups: 'text',
      locked_until: 'bigint',
    },
    order: 'id',
  },
  { name: 'digest_keys', columns: { key_id: 'text', fingerprint: 'bytea' }, order: 'key_id' },
  {
    // With their last uses, which both engines keep in a table of their own.
    name: 'tokens',
    columns: {
      digest: 'bytea',
      id: 'text',
      user_id: 'text',
      key_id: 'text',
      seal: 'bytea',
      name: 'text',
      created: 'bigint',
      expiry: 'bigint',
      scopes: 'text',
      time: 'bigint',
      ip: 'text',
      activity: 'text',
      user_agent: 'text',
    },
    order: 'n',
  },
  {
    name: 'ended_tokens',
    columns: {
      id: 'text',
      user_id: 'text',
      name: 'text',
      created: 'bigint',
      expiry: 'bigint',
      scopes: 'text',
      cause: 'text',
      ended: 'bigint',
      actor: 'text',
      request_id: 'text',
    },
    order: 'seq',
  },
  { name: 'audit_heads', columns: head, order: 'chain' },
  { name: 'audit_checkpoints', columns: head, order: 'chain, n' },
  {
    name: 'audit_events',
    columns: {
      chain: 'text',
      n: 'bigint',
      time: 'bigint',
      event: 'text',
      subject: 'text',
      actor: 'text',
      request_id: 'text',
      details: 'text',
      salt: 'bytea',
      personal: 'text',
      digest: 'bytea',
      hash: 'bytea',
    },
    order: 'chain, n',
  },
  {
    name: 'try_counters',
    columns: {
      key: 'bytea',
      failures: 'integer',
      under_way: 'integer',
      last: 'bigint',
      fingerprints: 'bytea',
      known: 'bigint',
      touched: 'bigint',
    },
    order: 'key',
  },
  { name: 'try_sources', columns: { key: 'bytea', full_at: 'bigint' }, order: 'key' },
  {
    name: 'activity_counts',
    columns: {
      minute: 'bigint',
      activity: 'text',
      client: 'text',
      user_id: 'text',
      outcome: 'text',
      count: 'bigint',
      total_ms: 'bigint',
      max_ms: 'bigint',
    },
    order: 'minute, activity, client, user_id, outcome',
  },
  {
    name: 'requests',
    columns: {
      request_id: 'text',
      time: 'bigint',
      ms: 'double precision',
      method: 'text',
      route: 'text',
      status: 'integer',
      ip: 'text',
      user_id: 'text',
      token_id: 'text',
      activity: 'text',
      command_line: 'text',
      user_agent: 'text',
      original: 'text',
      trace_id: 'text',
    },
    order: 'n',
  },
];

/** Columns of `tokens` that lie in `token_uses`. */
export const USE_COLUMNS = ['time', 'ip', 'activity', 'user_agent'] as const;

/** Rows that are read and written at once. */
export const BATCH = 1_000;
