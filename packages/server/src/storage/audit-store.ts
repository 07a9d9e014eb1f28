import type { AuditEventName } from '../audit-events.ts';
import type { Act } from './records.ts';

/**
 * The part of the store's contract that remembers what was done. Every act of the contract that changes something which
 * matters to security appends its event in its own transaction; the store names the event, because it knows what happened.
 *
 * Events form chains, one for each writer: an SQLite database has one for good, a node on PostgreSQL has its own. Within
 * a chain `n` counts 1, 2, 3 … without a gap, and each hash covers the hash before it (`chainHash`). Each transaction that
 * appends signs the chain's head with an Ed25519 key that lies outside the database; a copy of the head stays as a
 * checkpoint whenever `n` passes a multiple of 1,000, until the event that it names is pruned. What the event of each act
 * says is in `audit-entry.ts`, for every engine.
 *
 * What is personal lies apart from what is chained: the chain covers only its salted digest, so that it can be erased.
 */
export interface AuditStore {
  /**
   * Events, the latest first (by `time`, `chain`, `n`), at most `limit` (1–1000), starting behind `before`.
   * Costs in proportion to the answer, whatever the filter.
   */
  listAuditEvents(
    filter: AuditFilter,
    page: { before: AuditPosition | null; limit: number },
  ): Promise<AuditEvent[]>;

  /** One chain from its oldest event on, with everything that a verifier needs: at most `limit` (1–1000) behind `after`. */
  scanAuditChain(chain: string, page: { after: number; limit: number }): Promise<ChainedAuditEvent[]>;

  /** The signed heads of all chains. */
  auditHeads(): Promise<AuditHead[]>;

  /** The signed checkpoints of a chain, by `n`, at most `limit` (1–1000) behind `after`. */
  auditCheckpoints(chain: string, page: { after: number; limit: number }): Promise<AuditHead[]>;

  /**
   * Removes what is personal about a user, living or deleted, for good: the personal part of every event whose subject or
   * actor it is, the names of ended tokens, the records of requests that were the user's or led to one of those events, and
   * of others the command lines, original addresses and user agents that have one of the user's e-mails in them. The chains stay whole. Leaves `user.erased`.
   * Answers how many events were touched. The account itself is deleted before, by `deleteUser`.
   *
   * Not one transaction but as many as it takes, so that logouts get their turn; each leaves a `user.erased` with its own
   * number. After a rejection some may have happened, and the same call once more does the rest. What is appended while
   * it works stays whole.
   */
  eraseUser(userId: string, act: Act): Promise<{ events: number }>;

  /**
   * Removes events from before `time` from the beginning of each chain, at most `limit` (1–10,000) altogether, and
   * leaves `audit.pruned` with their number, if any; the signed head then says where the chain begins. What stands behind
   * a younger event stays (a clock may have been set back). Answers how many.
   */
  pruneAuditEvents(time: number, act: Act, limit: number): Promise<number>;

  /**
   * Leaves where this database comes from in its chain: `database.restored` or `database.moved`. From then on `changesAfter` answers
   * with `all` for every `seq` from before, also for one that only the database from before had: what it stood for there is
   * another change here.
   */
  recordProvenance(provenance: Provenance, act: Act): Promise<void>;
}

/** That a database has a past elsewhere. */
export type Provenance =
  | {
      readonly how: 'restored';
      readonly choice: 'revoke-all' | 'replay';
      /** Where the chain had come to, by the anchor, and where it ended in the restored database. */
      readonly reached: number;
      readonly found: number;
      readonly tokensEnded: number;
    }
  | { readonly how: 'moved'; readonly from: 'sqlite' | 'postgres' };

/** Undefined: any. Times are a half-open range: `from` ≤ time < `to`. */
export interface AuditFilter {
  readonly event?: AuditEventName;
  readonly subject?: string;
  readonly actor?: string;
  readonly requestId?: string;
  readonly from?: number;
  readonly to?: number;
}

export interface AuditPosition {
  readonly time: number;
  readonly chain: string;
  readonly n: number;
}

export type AuditValue = string | number | boolean | null | readonly string[];

export interface AuditEvent extends AuditPosition {
  readonly event: AuditEventName;
  /** User ids. */
  readonly subject: string | null;
  readonly actor: string | null;
  readonly requestId: string | null;
  /** By snake_case names; nothing personal, nothing secret. */
  readonly details: Readonly<Record<string, AuditValue>>;
  /** E-mails, addresses, what clients say of themselves. Null: there was nothing, or it has been erased. */
  readonly personal: Readonly<Record<string, string>> | null;
}

export interface ChainedAuditEvent extends AuditEvent {
  /** 16 random bytes, gone when `personal` is erased; null without a personal part. */
  readonly salt: Uint8Array | null;
  /** SHA-256 of `salt` and the UTF-8 of `JSON.stringify(personal)`; null when there never was a personal part. */
  readonly personalDigest: Uint8Array | null;
  /** 32 bytes: see `chainHash`. */
  readonly hash: Uint8Array;
}

/** The signed state of a chain. */
export interface AuditHead {
  readonly chain: string;
  /** The last event, and its hash. */
  readonly n: number;
  readonly hash: Uint8Array;
  readonly time: number;
  /** How the chain begins: the `n` before its oldest event and the hash it builds on (32 zero bytes at first). */
  readonly baseN: number;
  readonly baseHash: Uint8Array;
  /** Which key signed: the digest key's name it was derived from. */
  readonly keyId: string;
  /** Ed25519 over `headText`, 64 bytes. */
  readonly signature: Uint8Array;
}

/** The text that a head's signature covers: UTF-8 of this JSON array. */
export function headText(head: Omit<AuditHead, 'signature'>): string {
  return JSON.stringify([
    'guardbee-audit-head',
    head.chain,
    head.n,
    Buffer.from(head.hash).toString('hex'),
    new Date(head.time).toISOString(),
    head.baseN,
    Buffer.from(head.baseHash).toString('hex'),
    head.keyId,
  ]);
}

/** The text that an event's hash covers, after the 32 bytes of the hash before: UTF-8 of this JSON array. */
export function eventText(event: Omit<ChainedAuditEvent, 'hash' | 'salt' | 'personal'>): string {
  return JSON.stringify([
    event.chain,
    event.n,
    new Date(event.time).toISOString(),
    event.event,
    event.subject,
    event.actor,
    event.requestId,
    event.details,
    event.personalDigest === null ? null : Buffer.from(event.personalDigest).toString('hex'),
  ]);
}

/** What a store signs heads with. As bytes, because the writer may be a thread. */
export interface AuditSigner {
  readonly keyId: string;
  /** An Ed25519 private key, PKCS #8 in DER. */
  readonly privateKey: Uint8Array;
}
