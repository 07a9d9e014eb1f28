import type { Act } from './records.ts';

/**
 * The part of the store's contract that slows guessing: counters of failed passwords which all processes and nodes share.
 * Keys are keyed digests made outside (`login/throttle.ts`): the database never learns an address or an unknown e-mail.
 */
export interface ThrottleStore {
  /**
   * Asks, before any hash is computed, whether one more try at a password may be made, and takes it in the same atomic
   * step: a try counts as failed until it is settled, so that of many at once no more get through than one after another.
   *
   * Which counter counts: the lane's, when a login succeeded there within `rules.laneLifetime`; else the account's. Only
   * that one and the source's are looked at and changed. So strangers never use up a known device's tries.
   *
   * - A counter holds `failures` in a row and the `last` of them. With `rules.freeFailures` or more, a try is refused
   *   until `last + waitAfter(failures, rules)`; with `rules.mostFailures` or more, until somebody opens it again.
   * - The source is a leaky bucket (GCRA, one time per source): it holds `rules.sourceBurst` tries and regains one each
   *   `rules.sourcePeriod`.
   * - Nobody waits for a clock that was wrong: a `last` more than `rules.longestWait` ahead of `time` imposes no wait, nor does
   *   a source that is further behind than an empty bucket by more than that (the arithmetic is in `tries.ts`, for every engine).
   *
   * A refused try changes nothing, and is answered without a write where nothing has to be written. A try that was taken
   * survives `kill -9`, but need not survive a power cut before it is settled: nobody has been told anything yet.
   */
  reserveTry(keys: TryKeys, rules: ThrottleRules, time: number): Promise<TryReserved | TryRefused>;

  /**
   * Ends a try.
   * - `succeeded`: the counter that counted is back at zero and the source has its try back; the lane is known from
   *   now on, and at zero too. Clears the user's `lockedUntil` when the counter was the account's (event
   *   `user.unlocked`, if it was set).
   * - `failed`: stays counted, and leaves the event `login.failed` with `reason`. When the counter that counted has seen
   *   this `fingerprint` lately (the last 8 wrong ones), the try is given back to it (not to the source): the same wrong
   *   password counts once, and with the try goes the `last` that it has set.
   *   When the counter is the account's, `userId` names a user and the failures that are settled (those under way may be
   *   given back) have reached `rules.freeFailures`: sets that user's `lockedUntil` to when the next try may be made
   *   (`FOREVER` at `rules.mostFailures`) and leaves the event `user.locked`, if it wasn't set to that already.
   * - `abandoned`: no password was checked; counter and source have their try back. No event.
   *
   * A counter that was forgotten meanwhile, by a login or by somebody who opened the account, has nothing to give back,
   * and a failure from before doesn't count any more; its event is left all the same.
   */
  settleTry(reserved: TryReserved, outcome: TryOutcome, rules: ThrottleRules, act: Act): Promise<void>;

  /**
   * Gives back to their counters the tries that were taken before `time` and never settled, because their process has
   * died: a crash must not look like guessing. Answers how many counters that touched.
   */
  giveBackTries(time: number): Promise<number>;

  /**
   * Opens an account to unknown devices again: forgets the account's counter and the user's `lockedUntil`. Leaves the
   * event `user.unlocked` (when there was anything to forget, else `not_locked` and nothing happens).
   */
  unlockUser(userId: string, account: Uint8Array, act: Act): Promise<'unlocked' | 'not_locked' | 'not_found'>;

  /**
   * Forgets counters and lanes that say nothing any more: untouched since `time`, source buckets that were full by
   * `time`, and of each of the two, beyond `most` (0 or more) of them, the ones untouched for longest. At most `limit`
   * (1–10,000) rows; answers how many went. No event.
   */
  forgetTries(time: number, most: number, limit: number): Promise<number>;
}

/** Keyed digests of 16 bytes each; `fingerprint` of 4. */
export interface TryKeys {
  readonly account: Uint8Array;
  readonly source: Uint8Array;
  /** Of the account and the source together. */
  readonly lane: Uint8Array;
  /** Of the account and the password that is tried. So short that it tells nothing but "the same as before". */
  readonly fingerprint: Uint8Array;
}

export interface ThrottleRules {
  /** Failures in a row that cost nothing. */
  readonly freeFailures: number;
  /** Milliseconds after so many; doubled with each further failure, up to `longestWait`. */
  readonly firstWait: number;
  readonly longestWait: number;
  /** Failures in a row after which waiting doesn't help any more (NIST SP 800-63B-4 section 3.2.2: at most 100). */
  readonly mostFailures: number;
  /** Milliseconds for which a device that has logged in is known. */
  readonly laneLifetime: number;
  readonly sourceBurst: number;
  /** Milliseconds in which a source regains one try. */
  readonly sourcePeriod: number;
}

export interface TryReserved {
  readonly admitted: true;
  readonly keys: TryKeys;
  /** Which counter counts this try. */
  readonly counter: 'account' | 'lane';
  /** The counter's `last` as it was before, and as this try has set it: to give the try back. */
  readonly previous: number | null;
  readonly last: number;
}

export interface TryRefused {
  readonly admitted: false;
  /** When a next try may be made; `FOREVER`: not without help. */
  readonly retryAt: number;
  /** When the source may make one, at whatever account; null: it is not the source that is refused. */
  readonly sourceRetryAt: number | null;
}

export type TryOutcome =
  | { readonly outcome: 'succeeded'; readonly userId: string }
  | {
      readonly outcome: 'failed';
      /** Null: there is no such user. */
      readonly userId: string | null;
      readonly reason: 'wrong_password' | 'unknown_user' | 'disabled' | 'expired';
    }
  | { readonly outcome: 'abandoned' };

/** 9999-12-31T23:59:59Z, the last time that RFC 3339 can write. */
export const FOREVER = 253_402_300_799_000;

/** Milliseconds to wait after so many failures in a row. One function for every engine. */
export function waitAfter(failures: number, rules: ThrottleRules): number {
  const beyond = failures - rules.freeFailures;
  if (beyond < 0) return 0;
  return Math.min(rules.firstWait * 2 ** Math.min(beyond, 30), rules.longestWait);
}
