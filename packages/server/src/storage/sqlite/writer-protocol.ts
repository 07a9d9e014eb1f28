import type { AuditSigner } from '../audit-store.ts';
import type { ActCall } from './acts.ts';
import type { Outcome } from './group-commit.ts';
import type { ErrorKind } from './sqlite-error.ts';

/** What the writer's thread is started with. */
export interface WriterData {
  readonly path: string;
  /** Bytes set aside for a full disk. */
  readonly reserveBytes: number;
  readonly signer: AuditSigner;
}

/** To the thread: one batch at a time, or the word to let go of the database. */
export type ToThread = { readonly calls: readonly ActCall[] } | 'close';

export type FromThread =
  | { readonly message: 'ready'; readonly threadId: number; readonly synchronous: number }
  | { readonly message: 'failed'; readonly kind: ErrorKind; readonly error: unknown }
  /** In the order of the calls. */
  | { readonly message: 'committed'; readonly outcomes: readonly Outcome[] };

/**
 * Milliseconds. An act waits for its turn, in the worst case for the thread to open the database, and for the write
 * lock: together less than the two seconds within which a write is answered or refused.
 */
export const turnWait = 800;
export const openWait = 200;
export const lockWait = 900;
