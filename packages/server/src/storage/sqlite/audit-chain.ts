import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { type AuditEntry, toChained } from '../audit-entry.ts';
import { type AuditHead, type AuditSigner, headText } from '../audit-store.ts';
import type { Act } from '../records.ts';
import { storableTime } from '../text.ts';
import { insertEvent, readHead, writeCheckpoint, writeHead } from './audit-rows.ts';
import { CHAIN } from './chain-rows.ts';

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
  readonly #publicKey: KeyObject;
  /** The last head that this connection has signed and committed. */
  #own: AuditHead | undefined;
  #sealed: AuditHead | undefined;
  #before: Head | undefined;
  #head: Head | undefined;

  constructor({ keyId, privateKey }: AuditSigner) {
    this.#keyId = keyId;
    this.#key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });
    this.#publicKey = createPublicKey(this.#key);
  }

  begin(): void {
    this.#before = undefined;
    this.#head = undefined;
    this.#sealed = undefined;
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
      this.#head = this.#believe(db, readHead(db, CHAIN));
      this.#before ??= this.#head;
    }
    return this.#head;
  }

  /**
   * The head to go on from. Who can write the database but not sign must not have a shorter or another chain signed by
   * putting back or making up its head: then the chain goes on from what is known, and a verifier finds the break.
   */
  #believe(db: DatabaseSync, found: AuditHead | undefined): Head {
    if (found === undefined) return this.#own ?? beginning;
    if (this.#own !== undefined && found.n < this.#own.n) return this.#own;
    if (found.keyId !== this.#keyId || this.#isGenuine(found)) return found;
    if (this.#own !== undefined) return this.#own;
    // It came so: what was made up stays as a checkpoint, with the signature that isn't one.
    writeCheckpoint(db, found);
    return found;
  }

  #isGenuine(found: AuditHead): boolean {
    const own = this.#own;
    // Nobody else has written since: no need for the arithmetic.
    if (own !== undefined && Buffer.compare(own.signature, found.signature) === 0) {
      return headText(own) === headText(found);
    }
    return verify(null, Buffer.from(headText(found)), this.#publicKey, found.signature);
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

  sign(head: Head): AuditHead {
    const unsigned = { ...head, keyId: this.#keyId };
    return { ...unsigned, signature: sign(null, Buffer.from(headText(unsigned)), this.#key) };
  }

  /** Before COMMIT. */
  seal(db: DatabaseSync): void {
    const head = this.#head;
    if (head === undefined || head === this.#before) return;
    const signed = this.sign(head);
    writeHead(db, signed);
    this.#sealed = signed;
    const passed = Math.floor((this.#before?.n ?? 0) / checkpointEvery);
    if (Math.floor(head.n / checkpointEvery) > passed) writeCheckpoint(db, signed);
  }

  /** After COMMIT. */
  committed(): void {
    this.#own = this.#sealed ?? this.#own;
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
