import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { type AuditEntry, toChained } from '../audit-entry.ts';
import { type AuditHead, type AuditSigner, headText } from '../audit-store.ts';
import type { Act } from '../records.ts';
import { insertEvent, readHead, writeCheckpoint, writeHead } from './audit-rows.ts';
import { storableTime } from './text.ts';

/** An SQLite database has one chain for good: its writers take turns. */
export const CHAIN = 'main';

/** A copy of the head stays whenever `n` passes a multiple of this. */
const checkpointEvery = 1000;

type Head = Omit<AuditHead, 'keyId' | 'signature'>;

const beginning: Head = {
  chain: CHAIN,
  n: 0,
  hash: new Uint8Array(32),
  time: 0,
  baseN: 0,
  baseHash: new Uint8Array(32),
};

/**
 * The end of the chain as the transaction under way has it. Acts append; `seal` signs what they have come to, once for
 * all of them. A new object for each event, so that going back to a savepoint is going back to the one before.
 */
class AuditChain {
  readonly #keyId: string;
  readonly #key: KeyObject;
  #before: Head | undefined;
  #head: Head | undefined;

  constructor({ keyId, privateKey }: AuditSigner) {
    this.#keyId = keyId;
    this.#key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });
  }

  begin(): void {
    this.#before = undefined;
    this.#head = undefined;
  }

  /** For `restore`. */
  get mark(): unknown {
    return this.#head;
  }

  restore(mark: unknown): void {
    this.#head = mark as Head | undefined;
  }

  head(db: DatabaseSync): Head {
    if (this.#head === undefined) {
      this.#head = readHead(db, CHAIN) ?? beginning;
      this.#before ??= this.#head;
    }
    return this.#head;
  }

  append(db: DatabaseSync, entry: AuditEntry, act: Act): void {
    const head = this.head(db);
    storableTime(act.time, 'time');
    const event = toChained(entry, act, { chain: CHAIN, n: head.n + 1, previous: head.hash });
    insertEvent(db, event);
    const { n, time, hash } = event;
    this.#head = { ...head, n, hash, time };
  }

  /** Moves the chain's beginning: the next event is the oldest. */
  rebase(db: DatabaseSync, baseN: number, baseHash: Uint8Array): void {
    this.#head = { ...this.head(db), baseN, baseHash };
  }

  /** Before COMMIT. */
  seal(db: DatabaseSync): void {
    const head = this.#head;
    if (head === undefined || head === this.#before) return;
    const unsigned = { ...head, keyId: this.#keyId };
    const signed = { ...unsigned, signature: sign(null, Buffer.from(headText(unsigned)), this.#key) };
    writeHead(db, signed);
    const passed = Math.floor((this.#before?.n ?? 0) / checkpointEvery);
    if (Math.floor(head.n / checkpointEvery) > passed) writeCheckpoint(db, signed);
  }
}

const chains = new WeakMap<DatabaseSync, AuditChain>();

/** Gives the connection what it needs to append. Without it no act that leaves an event can happen. */
export function openChain(db: DatabaseSync, signer: AuditSigner): void {
  chains.set(db, new AuditChain(signer));
}

export function chainOf(db: DatabaseSync): AuditChain {
  const chain = chains.get(db);
  if (chain === undefined) throw new Error('this connection has no audit chain');
  return chain;
}

/** Leaves the event in the transaction under way: when that fails, the act fails. */
export function appendEvent(db: DatabaseSync, entry: AuditEntry, act: Act): void {
  chainOf(db).append(db, entry, act);
}
