import { StoreUnavailable, StoreUnusable } from '../store.ts';

/**
 * What an error of the driver means to the house. PostgreSQL tells its own by five characters, of which the first two
 * are the class (https://www.postgresql.org/docs/18/errcodes-appendix.html); what has none comes from the connection.
 */
export function sqlStateOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in (error as Error)
    ? code
    : undefined;
}

/**
 * Connection, out of resources, operator's intervention, system, serialization and deadlock, somebody who may not
 * come in (any more), a database that is gone.
 */
const surroundings = new Set(['08', '53', '57', '58', '40', '28', '3D']);

const lockNotAvailable = '55P03';
const readOnly = '25006';
const idleInTransaction = '25P03';
const transactionTimeout = '25P04';
/** The database has been moved while this service ran: see `moved-mark.ts`. */
const undefinedTable = '42P01';
const unavailable = new Set([
  lockNotAvailable,
  readOnly,
  idleInTransaction,
  transactionTimeout,
  undefinedTable,
]);

/** Data corrupted, index corrupted. */
const damage = new Set(['XX001', 'XX002']);

const uniqueViolation = '23505';

/** The same transaction, tried again at once, can succeed: it was undone because of another one beside it. */
export function isCollision(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === '40001' || state === '40P01';
}

export function violates(error: unknown, constraint: string): boolean {
  return (
    sqlStateOf(error) === uniqueViolation && (error as { constraint?: unknown }).constraint === constraint
  );
}

/** An attempt at several addresses has an error without a message. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? String((error as NodeJS.ErrnoException).code) : error.message;
}

/** The connection is gone, or no use any more; whatever it had open is undone by the server. */
export class ConnectionLost extends StoreUnavailable {}

/**
 * The contract's error for one that the driver threw at a statement. The driver's own holds parts of rows
 * (`detail`), which have no place in a log.
 */
export function toStoreError(error: unknown): unknown {
  if (error instanceof StoreUnavailable || error instanceof StoreUnusable) return error;
  const state = sqlStateOf(error);
  const message = `PostgreSQL: ${messageOf(error)}`;
  if (state === undefined) return new ConnectionLost(message);
  // An administrator ended the session, the server crashed or starts.
  if (/^57P0[1-5]$/.test(state) || state.startsWith('08')) return new ConnectionLost(message);
  if (unavailable.has(state) || surroundings.has(state.slice(0, 2))) {
    return Object.assign(new StoreUnavailable(message), { code: state, severity: 'ERROR' });
  }
  if (damage.has(state)) return new StoreUnusable(message);
  const { constraint } = error as { constraint?: string };
  return Object.assign(new Error(message), { code: state, severity: 'ERROR', constraint });
}
