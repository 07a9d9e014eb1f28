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

/** To the thread: one batch at a time, and for how many milliseconds it may wait for the write lock; or the word to let go of the database. */
export type ToThread = { readonly calls: readonly ActCall[]; readonly lockWait: number } | 'close';

export type FromThread =
  | { readonly message: 'ready'; readonly threadId: number; readonly synchronous: number }
  | { readonly message: 'failed'; readonly kind: ErrorKind; readonly error: unknown }
  /** For whoever runs the service. */
  | { readonly message: 'warning'; readonly text: string }
  /** In the order of the calls. */
  | { readonly message: 'committed'; readonly outcomes: readonly Outcome[] };

/**
 * Milliseconds. An act waits for its turn, in the worst case for the thread to open the database, and for the write lock:
 * together less than the two seconds within which a write is answered or refused. Who has waited long for its turn waits shorter for
 * the lock. The turn is long enough for a disk whose every sync takes 300 ms and that has three more of them to do for a checkpoint.
 */
export const turnWait = 1_500;
export const openWait = 200;
const longestLockWait = 900;
const together = 1_700;

/** How long a batch may wait for the write lock whose oldest act has waited for so long. */
export function lockWaitAfter(waited: number): number {
  return Math.min(longestLockWait, together - waited);
}
