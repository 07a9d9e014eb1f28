import { StoreUnavailable, StoreUnusable } from '../store.ts';

/**
 * What an SQLite result code means to the house: the extended code's lowest byte is the primary code
 * (https://sqlite.org/rescode.html).
 */
const busy = 5;
const locked = 6;
const full = 13;

/** No memory, read-only, I/O error, can't open, locking protocol: the surroundings failed, not the statement. */
const surroundings = new Set([busy, locked, 7, 8, 10, full, 14, 15]);

/** Corrupt, not a database. */
const damage = new Set([11, 26]);

/** I/O error while growing the shared memory file: how a full disk shows there. */
const noRoomForSharedMemory = 4874;

function codeOf(error: unknown): number {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code : 0;
}

export function isBusy(error: unknown): boolean {
  const code = codeOf(error) & 0xff;
  return code === busy || code === locked;
}

export function isFull(error: unknown): boolean {
  return (codeOf(error) & 0xff) === full || codeOf(error) === noRoomForSharedMemory;
}

/** A defect is everything else: a wrong statement, a broken constraint, a value that can't be stored. */
export type ErrorKind = 'unavailable' | 'unusable' | 'defect';

/** A table that nothing works without has been renamed: see `moved-mark.ts`. */
function isLeft(error: unknown): boolean {
  return codeOf(error) === 1 && /no such table: (main\.)?(users|tokens|changes)\b/.test(messageOf(error));
}

export function kindOf(error: unknown): ErrorKind {
  const code = codeOf(error) & 0xff;
  if (error instanceof StoreUnavailable || surroundings.has(code) || isLeft(error)) return 'unavailable';
  if (error instanceof StoreUnusable || damage.has(code)) return 'unusable';
  return 'defect';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The contract's error for a driver's. The class is told by `kind`, because it gets lost between threads. */
export function toStoreError(error: unknown, path: string, kind = kindOf(error)): unknown {
  if (error instanceof StoreUnavailable || error instanceof StoreUnusable || kind === 'defect') return error;
  const message = messageOf(error).startsWith(path) ? messageOf(error) : `${path}: ${messageOf(error)}`;
  return kind === 'unavailable'
    ? new StoreUnavailable(message, { cause: error })
    : new StoreUnusable(message, { cause: error });
}
