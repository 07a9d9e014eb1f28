import type { ActivityStore } from './activity-store.ts';
import type { AuditStore } from './audit-store.ts';
import type {
  Act,
  Change,
  EndCause,
  EndedToken,
  ListedToken,
  TokenPolicy,
  TokenRecord,
  TokenUse,
  TokenWithUser,
  UserRecord,
  WhatChanged,
} from './records.ts';
import type { ThrottleStore } from './throttle-store.ts';

/**
 * The contract between the house and its database. Every implementation sits the exam in `store-contract.ts`.
 *
 * **Atomicity.** Each method is one transaction: all of it has happened when the promise resolves, none of it
 * when it rejects. What has been answered survives `kill -9` and power loss (but for `reserveTry`, which says so).
 *
 * **Order.** A read that starts after a write's promise has resolved sees that write, in every process and on
 * every node that uses the same database.
 *
 * **Outcomes are values.** What can go wrong in the ordinary course (no such user, e-mail taken, the last
 * administrator) is returned by name. A rejection means the store could not do its work: `StoreUnavailable`
 * when a later try can succeed (locked, full, away), anything else is a defect.
 *
 * One case can't be told: when the database is lost in the very commit (its process or connection dies), the call
 * rejects with `StoreUnavailable`, and has happened whole or not at all.
 *
 * **No event, no act.** An act that changes what matters to security appends its audit event in its own transaction;
 * when the event can't be written, the act has not happened. Which one is said beside each act. An outcome that changes
 * nothing leaves none. So do last uses, tombstones that are forgotten, and the throttle's counters as long as they lock
 * nobody. What an event says stands in `audit-entry.ts`, for every engine.
 *
 * **Text** is stored exactly or not at all. A string with a lone surrogate or NUL matches nothing when it is looked
 * up, and rejects with a `TypeError` when it would be stored; so do times that aren't safe integers and scopes that
 * aren't RFC 6749 scope tokens.
 *
 * **Missing rows** are `undefined`, never `null` and never an exception.
 *
 * **Who may call.** Only `login/`, `tokens/`, `users/`, `audit/`, `activity/`: never an HTTP route.
 */
export interface Store extends ThrottleStore, AuditStore, ActivityStore {
  /** The living token with one of these digests, and its user. At most one can match. */
  findToken(digests: readonly Uint8Array[]): Promise<TokenWithUser | undefined>;

  findUserByEmail(canonicalEmail: string): Promise<UserRecord | undefined>;

  findUser(id: string): Promise<UserRecord | undefined>;

  /** The e-mails, as they were given, of the users with these ids, by id; who is missing is not in it. One statement, however many. */
  findEmails(ids: readonly string[]): Promise<Map<string, string>>;

  /**
   * Users in the order of their canonical e-mail's bytes (UTF-8), at most `limit` (1–1000),
   * starting behind `after` (a canonical e-mail; '' starts at the first).
   */
  listUsers(page: { after: string; limit: number }): Promise<UserRecord[]>;

  /** Adds the first user of all. Of any number of callers at once, exactly one gets `created`. Event: `user.created`. */
  createFirstUser(user: UserRecord, act: Act): Promise<'created' | 'not_first'>;

  /** Event: `user.created`. A new user is open, whatever its `lockedUntil` says. */
  createUser(user: UserRecord, act: Act): Promise<'created' | 'email_taken'>;

  /** Like `createUser`, for an account that comes from elsewhere with its hash. Event: `user.imported`. */
  importUser(user: UserRecord, act: Act): Promise<'created' | 'email_taken'>;

  /**
   * Changes what is named in `change` and answers with the user as it then is.
   * A user that is disabled, or whose new expiry is not after `act.time`, loses all tokens with it
   * (causes `user_disabled`, `user_expired`). So does one whose old expiry had passed (cause `user_expired`): bringing
   * a user back does not bring tokens back.
   * Refused as `last_administrator` when no able administrator would be left: one who is not disabled and
   * whose account has no expiry (an account that will expire one day can't be the only one that holds the keys).
   * Event: `user.modified`, unless everything named was so already and no token ended.
   */
  modifyUser(
    id: string,
    change: UserChange,
    act: Act,
  ): Promise<UserRecord | 'not_found' | 'email_taken' | 'last_administrator'>;

  /** Removes the user and ends all of its tokens (cause `user_deleted`). Event: `user.deleted`. */
  deleteUser(id: string, act: Act): Promise<'deleted' | 'not_found' | 'last_administrator'>;

  /**
   * Sets a new password hash and ends the user's tokens (cause `password_changed`), all but `keepTokenId`.
   * With `expectedHash`, only when that is still the hash in place: else `changed_meanwhile`.
   * Opens the account to unknown devices again (`lockedUntil`), and with `account` forgets its counter of failures.
   * One event: `password.changed` when `act.actor` is the user, else `password.reset`.
   */
  setPassword(
    id: string,
    password: NewPassword,
    act: Act,
  ): Promise<'set' | 'not_found' | 'changed_meanwhile'>;

  /**
   * Replaces a hash by a stronger one of the same password; tokens live on. Compare-and-swap, so that it can
   * never undo a password change: false when `oldHash` is no longer in place. Event: `password.rehashed`.
   */
  upgradePasswordHash(id: string, oldHash: string, newHash: string, act: Act): Promise<boolean>;

  /** The living token of this id, with its user and its last use. */
  findTokenById(id: string): Promise<(TokenWithUser & ListedToken) | undefined>;

  /**
   * A user's living tokens, oldest first (by `created`, then id), at most `limit` (1–1000), starting behind `after`.
   * Tokens that have expired but were not swept yet are among them.
   */
  listTokens(userId: string, page: { after: TokenPosition | null; limit: number }): Promise<ListedToken[]>;

  /**
   * All living tokens in the order of their ids, for whoever must look at each: at most `limit` (1–1000), starting
   * behind `after` ('' starts at the first).
   */
  scanTokens(page: { after: string; limit: number }): Promise<(TokenWithUser & ListedToken)[]>;

  /**
   * Adds a living token, if its user exists, is able (not disabled, not expired at `act.time`) and still has the
   * password hash that the login verified. Else nothing is added and the answer is `stale`: whoever changed the
   * user meanwhile has ended all tokens, and this one must not survive that.
   *
   * With a `limit`, the user never has more living tokens than `most` afterwards, however many logins there are at
   * once. Those past their own expiry don't count, and are ended on the occasion (cause `expired`). When it is
   * reached: `too_many` and nothing is added, or the oldest are ended to make room (cause `limit`).
   *
   * Events: `login.succeeded`; before it one `token.revoked` for each token that made room, and one `tokens.swept` with
   * the user as its subject for those past their expiry (these also when the answer is `too_many`).
   */
  issueToken(
    token: TokenRecord,
    verifiedHash: string,
    act: Act,
    limit?: TokenLimit,
  ): Promise<'issued' | 'stale' | 'too_many'>;

  /** Ends one living token. `not_found` when it isn't living (any more). Event: `token.revoked`. */
  endToken(id: string, cause: EndCause, act: Act): Promise<'ended' | 'not_found'>;

  /**
   * Ends all of a user's living tokens but `exceptId`, and says how many that were. Event: `tokens.revoked`, if any.
   */
  endTokens(
    userId: string,
    which: { cause: EndCause; exceptId?: string },
    act: Act,
  ): Promise<{ ended: number }>;

  /**
   * Remembers last uses, of tokens that still live; a use that is older than the one remembered changes nothing.
   * Not worth a refusal: whoever calls tries again with what is newer by then.
   */
  recordUses(uses: ReadonlyMap<string, TokenUse>): Promise<void>;

  /**
   * Ends, at most `limit` at a time, living tokens that are dead by now: past their expiry (cause `expired`), older than
   * `policy.maxAge` (cause `policy`), not used for `policy.idleTimeout` (cause `idle`), or of a user who has expired
   * (cause `user_expired`). For a token that is dead for several reasons, the first of these. `limit` is 1–10,000.
   * Answers how many: fewer than `limit` when there are no more, or when some came back to life while it looked.
   * Event: one `tokens.swept`, if any ended.
   */
  sweepTokens(policy: TokenPolicy, act: Act, limit: number): Promise<number>;

  /** Forgets tombstones of tokens that ended before `time`, at most `limit` (1–10,000) at a time. Answers how many. */
  forgetEndedTokens(time: number, limit: number): Promise<number>;

  /** A user's ended tokens, the last that ended first, at most `limit` (1–1000). */
  listEndedTokens(userId: string, limit: number): Promise<EndedToken[]>;

  /** What is known of a token that has ended. */
  findEndedToken(id: string): Promise<EndedToken | undefined>;

  /**
   * Remembers fingerprints of the digest keys, and answers with all that are known, so that a service started with
   * other keys than the database's notices. Known ids are left as they are. `used`: living tokens lean on it.
   * Event: `keys.added`, if any were not known.
   */
  rememberDigestKeys(keys: ReadonlyMap<string, Uint8Array>, act: Act): Promise<DigestKeyFingerprint[]>;

  /**
   * Changes after `seq`, in the order of their commits, at most `limit` (1–1000). Every ending of a token and every change
   * of a user, its deletion included, leaves one in the same transaction. An act that changes the user, or ends several
   * of its tokens by `endTokens`, leaves one of kind `user` instead of one for each token. They are kept for an hour or
   * longer. When some after `seq` are kept no more, or `seq` is not of this database: one of kind `all`,
   * with the latest `seq` there is.
   */
  changesAfter(seq: number, limit: number): Promise<Change[]>;

  /** The `seq` of the latest change, 0 when there was none yet. */
  latestChange(): Promise<number>;

  /**
   * For a memory of verifications on an engine where that is possible without a wait; undefined elsewhere. Each call
   * answers, synchronously, with everything that was committed since the call before, by whichever process: what
   * resolved before the call is in it or in an earlier one. Throws `StoreUnavailable` when it can't tell, and then tells
   * it later. The first call starts from now. A store's calls share one position: it is for one memory.
   */
  readonly newChanges: (() => readonly WhatChanged[]) | undefined;

  /**
   * Resolves when everything that was committed before the call, by whomever, is known to all who remember
   * verifications, as it is with one's own acts when they resolve. For answers that say that something has ended because
   * somebody else has ended it. Rejects with `StoreUnavailable` when it can't be found out.
   */
  settle(): Promise<void>;

  /** Resolves when the database answers; rejects with `StoreUnavailable` when it doesn't. */
  ping(): Promise<void>;

  /** Finishes what was accepted and lets go of the database. Later calls reject. */
  close(): Promise<void>;
}

export interface NewPassword {
  readonly newHash: string;
  readonly expectedHash?: string;
  readonly keepTokenId?: string;
  /** The account's key among the counters of failed passwords (`TryKeys`). */
  readonly account?: Uint8Array;
}

export interface UserChange {
  readonly email?: { readonly email: string; readonly canonicalEmail: string };
  readonly expiry?: number | null;
  readonly admin?: boolean;
  readonly disabled?: boolean;
  readonly groups?: readonly string[];
}

/** Where a list of tokens goes on. */
export interface TokenPosition {
  readonly created: number;
  readonly id: string;
}

export interface TokenLimit {
  /** Living tokens a user may have, 1 or more. */
  readonly most: number;
  readonly action: 'refuse' | 'retire-oldest';
}

export interface DigestKeyFingerprint {
  readonly keyId: string;
  readonly fingerprint: Uint8Array;
  readonly used: boolean;
}

/** The database can't take the call now; the same call may succeed later. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The database is not one this version may use: newer schema, damaged, or somebody else's. Nothing was changed. */
export class StoreUnusable extends Error {
  override readonly name = 'StoreUnusable';
}
