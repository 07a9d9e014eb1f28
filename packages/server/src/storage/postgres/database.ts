import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { ConnectionCounts } from '../cluster-link.ts';
import { StoreUnavailable } from '../store.ts';
import type { AuditChain } from './audit-chain.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { type Limits, openPool, type Session, withConnection } from './connections.ts';
import { ConnectionLost, isCollision } from './postgres-error.ts';
import { InDoubt, inTransaction, type Transaction } from './transaction.ts';

const attempts = 4;

/** The primary, through two pools of connections. */
export class Database {
  readonly #reads: pg.Pool;
  readonly #writes: pg.Pool;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #chain: AuditChain;
  readonly #patience: number;
  #isClosed = false;

  constructor(options: ConnectionOptions, limits: Limits, chain: AuditChain) {
    this.#chain = chain;
    this.#patience = limits.patience;
    this.#reads = openPool(options, limits, 'reads');
    this.#writes = openPool(options, limits, 'writes');
  }

  /** One statement that changes nothing. It sees every commit that returned before it began. */
  read<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return this.#start(this.#reads, (session) => session.query(text, values));
  }

  /** One statement that is a transaction by itself, and does no harm when it is said twice. */
  write<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return this.#start(this.#writes, (session) => session.query(text, values));
  }

  /**
   * One transaction at READ COMMITTED: each statement sees what was committed before it began. So what an act decides
   * upon, it has locked in an earlier statement; `locks.ts` says what and in which order. (SERIALIZABLE would find each
   * conflict by itself, but would undo transactions for it, most of them when many logins of one user come at once.)
   *
   * When the transaction was undone because of another one, or the connection broke before it was told to commit,
   * the same work is done again, a few times.
   */
  transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#start(this.#writes, (session) => inTransaction(session, this.#chain, work));
  }

  connections(): Record<'reads' | 'writes', ConnectionCounts> {
    return { reads: countsOf(this.#reads), writes: countsOf(this.#writes) };
  }

  /** Finishes what was accepted. Later calls reject. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
    await Promise.all([this.#reads.end(), this.#writes.end()]);
  }

  async #start<T>(pool: pg.Pool, work: (session: Session) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new StoreUnavailable('the store is closed');
    const answer = persevere(this.#patience, (deadline) => withConnection(pool, deadline, work));
    this.#underWay.add(answer);
    try {
      return await answer;
    } finally {
      this.#underWay.delete(answer);
    }
  }
}

function countsOf({ totalCount, idleCount, waitingCount }: pg.Pool): ConnectionCounts {
  return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
}

async function persevere<T>(patience: number, work: (deadline: number) => Promise<T>): Promise<T> {
  const deadline = performance.now() + patience;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(deadline);
    } catch (error) {
      const isUndone = isCollision(error) || (error instanceof ConnectionLost && !(error instanceof InDoubt));
      if (!isUndone || attempt === attempts || performance.now() > deadline) throw error;
      await wait(Math.random() * 10 * attempt);
    }
  }
}
