import type { Clock } from './clock.ts';
import { Freshness } from './freshness.ts';
import type { TokenFacts } from './principal.ts';
import { Remembered } from './remembered.ts';
import { concerns, EVERYTHING, type Revocation } from './revocation.ts';

/** Revocations kept for the questions that are on their way; with more than these, an answer is not kept. */
const RECENT = 1_000;

/**
 * How long an answer is used, in ms. Then the service is asked again, and so learns that the token is in use: otherwise
 * it would end as idle what is remembered here.
 */
const ASK_AGAIN_AFTER = 60_000;

/** What was known when a question was put, and when that was. */
export interface Mark {
  readonly at: number;
  readonly feed: object | undefined;
  readonly seen: number;
}

/**
 * Remembers tokens while the service's revocations are followed, and says nothing once they were last heard of more
 * than `maxStale` ago. What it knew is kept meanwhile: a stream that resumes brings all that was missed before it
 * brings trust.
 */
export class PrincipalCache {
  readonly freshness: Freshness;
  readonly #maxStale: number;
  readonly #clock: Clock;
  readonly #remembered: Remembered<TokenFacts & { readonly since: number }>;
  #feed: object | undefined;
  #seen = 0;
  #recent: Revocation[] = [];

  constructor({ maxEntries, maxStale, clock }: { maxEntries: number; maxStale: number; clock: Clock }) {
    this.freshness = new Freshness(clock);
    this.#maxStale = maxStale;
    this.#clock = clock;
    this.#remembered = new Remembered(maxEntries);
  }

  get size(): number {
    return this.#remembered.size;
  }

  /** What is known of a token, when that can be relied on right now. */
  find(key: string): TokenFacts | undefined {
    if (this.freshness.age() > this.#maxStale) return undefined;
    const facts = this.#remembered.get(key);
    if (facts === undefined || this.#clock.monotonic() - facts.since >= ASK_AGAIN_AFTER) return undefined;
    // By the service's clock, and by ours should it be ahead: at that instant the service has the say.
    const latest = Math.max(this.freshness.latestServiceTime(), this.#clock.wall());
    return latest < (facts.expires ?? Number.POSITIVE_INFINITY) ? facts : undefined;
  }

  /** To be taken before a question is put. */
  mark(): Mark {
    return { at: this.#clock.monotonic(), feed: this.#feed, seen: this.#seen };
  }

  /**
   * Remembers an answer, if every revocation since it was asked for is known: the same connection to the stream was
   * trustworthy before and is now. Answers false, and keeps nothing, when one of those revocations may concern the
   * token: then the answer itself may be out of date.
   */
  settle(key: string, facts: TokenFacts, mark: Mark): boolean {
    const missed = this.#seen - mark.seen;
    const since = missed === 0 ? [] : this.#recent.slice(-missed);
    if (missed > since.length || since.some((revocation) => concerns(revocation, facts))) return false;
    if (mark.feed === undefined || mark.feed !== this.#feed) return true;
    this.#remembered.set(key, { ...facts, since: mark.at });
    return true;
  }

  forget(key: string): void {
    this.#remembered.delete(key);
  }

  /** The stream: `feed` is a connection that has had its first heartbeat, undefined is none. */
  follow(feed: object | undefined): void {
    this.#feed = feed;
  }

  revoke(revocation: Revocation): void {
    this.#remembered.drop(revocation);
    this.#seen += 1;
    this.#recent.push(revocation);
    if (this.#recent.length > 2 * RECENT) this.#recent = this.#recent.slice(-RECENT);
  }

  /** Revocations may have been missed: nothing known before counts any more. */
  startOver(): void {
    this.#feed = undefined;
    this.freshness.reset();
    this.revoke(EVERYTHING);
  }
}
