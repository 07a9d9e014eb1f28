import { setImmediate as endOfTurn } from 'node:timers/promises';
import { StoreUnavailable } from '../store.ts';
import type { ActArguments, ActCall, ActName, ActResult } from './acts.ts';
import type { Outcome } from './group-commit.ts';
import { toStoreError } from './sqlite-error.ts';
import type { WriterLink } from './writer-link.ts';
import { lockWaitAfter, turnWait } from './writer-protocol.ts';

/** More waiting acts than this are refused at once: about what a disk commits in a second or two. */
const queueLength = 20_000;

/** One transaction takes at most so many acts, so that a long queue doesn't become one long wait. */
const batchLength = 512;

interface Pending extends ActCall {
  readonly since: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface WriterDiagnostics {
  /** Batches that were answered, each of them one transaction, and the acts in them. */
  readonly transactions: number;
  readonly acts: number;
  /** Of the thread that commits. The main thread's is 0. */
  readonly threadId: number;
  /** `PRAGMA synchronous` as the writing connection has it: 2 is FULL. */
  readonly synchronous: number;
}

/**
 * The queue in front of the writer's thread. One batch is under way at a time; what comes in meanwhile is the next
 * batch. So commits group themselves, and an act that is refused while it waits has never left this queue.
 */
export class Writer {
  readonly #path: string;
  readonly #link: Pick<WriterLink, keyof WriterLink>;
  #queue: Pending[] = [];
  #draining: Promise<void> | undefined;
  #isClosed = false;
  #transactions = 0;
  #acts = 0;

  /** `path` is for messages. */
  constructor(path: string, link: Pick<WriterLink, keyof WriterLink>) {
    this.#path = path;
    this.#link = link;
  }

  act<N extends ActName>(name: N, ...args: ActArguments<N>): Promise<ActResult<N>> {
    if (this.#isClosed) return Promise.reject(new StoreUnavailable('the store is closed'));
    if (this.#queue.length >= queueLength) {
      return Promise.reject(new StoreUnavailable('too many writes are waiting'));
    }
    return new Promise((resolve, reject) => {
      const since = performance.now();
      this.#queue.push({ name, args, since, resolve: resolve as (value: unknown) => void, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Finishes what was accepted, then lets the thread close the database. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#draining;
    await this.#link.close();
  }

  diagnostics(): WriterDiagnostics {
    const { threadId, synchronous } = this.#link;
    return { transactions: this.#transactions, acts: this.#acts, threadId, synchronous };
  }

  async #drain(): Promise<void> {
    const patience = setInterval(() => this.#refuseOverdue(), 50);
    // What one turn of the event loop brings, shares a commit.
    for (await endOfTurn(); this.#queue.length > 0; await endOfTurn()) {
      await this.#commit(this.#queue.splice(0, batchLength));
    }
    clearInterval(patience);
    this.#draining = undefined;
  }

  async #commit(batch: readonly Pending[]): Promise<void> {
    const calls = batch.map(({ name, args }) => ({ name, args }));
    // The first is the one that has waited longest.
    const waited = performance.now() - (batch[0]?.since ?? 0);
    try {
      const outcomes = await this.#link.commit(calls, lockWaitAfter(waited));
      this.#transactions += 1;
      this.#acts += batch.length;
      batch.forEach((pending, n) => {
        this.#settle(pending, outcomes[n]);
      });
    } catch (error) {
      for (const pending of batch) pending.reject(error);
    }
  }

  #settle(pending: Pending, outcome: Outcome | undefined): void {
    if (outcome?.ok) pending.resolve(outcome.value);
    else pending.reject(toStoreError(outcome?.error, this.#path, outcome?.kind));
  }

  #refuseOverdue(): void {
    const oldest = performance.now() - turnWait;
    while (this.#queue[0] !== undefined && this.#queue[0].since < oldest) {
      this.#queue.shift()?.reject(new StoreUnavailable('the database is too slow'));
    }
  }
}
