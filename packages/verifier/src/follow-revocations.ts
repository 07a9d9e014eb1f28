import type { Clock } from './clock.ts';
import type { Origin } from './origin.ts';
import { bearerOf, type OwnToken } from './own-token.ts';
import type { PrincipalCache } from './principal-cache.ts';
import { type Confirmation, CursorLost, RevocationStream } from './revocation-stream.ts';

export interface FollowOptions {
  readonly origin: Origin;
  readonly token: OwnToken;
  readonly cache: PrincipalCache;
  /** Milliseconds */
  readonly maxStale: number;
  readonly clock: Clock;
  readonly onWarning: (warning: Error) => void;
}

/** Milliseconds between two tries to connect: doubled from one to the other, and up to a half shorter by chance. */
const BACK_OFF = { first: 100, most: 5_000 };

/** A connection that has lived so long, in ms, was not a failed try. */
const LIVED = 1_000;

/**
 * Keeps a cache told of revocations: connects, resumes where the last connection ended, and now and then replaces a
 * connection by a new one before it ends, because only a new one ties the two clocks anew.
 */
export class RevocationFollower {
  readonly #options: FollowOptions;
  readonly #renewAfter: number;
  /** Has had its first heartbeat. */
  #current: RevocationStream | undefined;
  /** Is to become the current one. */
  #next: RevocationStream | undefined;
  #cursor: string | undefined;
  #failures = 0;
  /** How many connections in a row brought late heartbeats, and whether this one did. */
  #lateOnes = 0;
  #isLate = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: FollowOptions) {
    this.#options = options;
    // Until then the allowance for drift takes less than 3 % of maxStale.
    this.#renewAfter = options.maxStale * 30;
    this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#options.cache.startOver();
    this.#current?.close();
    this.#next?.close();
  }

  #connect(): void {
    const { origin, token, cache, maxStale, clock } = this.#options;
    // Without a cursor nothing says what has been missed.
    if (this.#cursor === undefined) this.#startOver();
    let connected = 0;
    const stream = new RevocationStream(origin, {
      bearer: () => bearerOf(token),
      cursor: this.#cursor,
      silence: Math.max(3_000, 2 * maxStale),
      clock,
      onRevocation: (revocation) => cache.revoke(revocation),
      onConfirmation: (confirmation) => {
        if (connected === 0) {
          connected = clock.monotonic();
          this.#takeOver(stream);
        }
        this.#watchLateness(confirmation);
        cache.freshness.confirm(confirmation.monotonic, confirmation.now, confirmation.serviceTime);
      },
    });
    this.#next = stream;
    void stream.ended.then((reason) => {
      if (connected > 0 && clock.monotonic() - connected >= LIVED) this.#failures = 0;
      this.#onEnd(stream, reason);
    });
  }

  /** All that was missed has come before this first heartbeat: from now on this connection is the one that counts. */
  #takeOver(stream: RevocationStream): void {
    const before = this.#current;
    this.#current = stream;
    this.#next = undefined;
    this.#options.cache.follow(stream);
    before?.close();
    this.#isLate = false;
    this.#schedule(this.#renewAfter);
  }

  /**
   * Heartbeats that seem late may only be tied badly: the first one took long to come, or the service's machine has
   * slept. Then the next connection does better.
   */
  #watchLateness({ monotonic, now }: Confirmation): void {
    if (this.#isLate) return;
    this.#isLate = now.monotonic - monotonic > this.#options.maxStale / 4;
    this.#lateOnes = this.#isLate ? Math.min(this.#lateOnes + 1, 10) : 0;
    if (this.#isLate) this.#schedule(Math.min(this.#renewAfter, 250 * 2 ** this.#lateOnes));
  }

  #onEnd(stream: RevocationStream, reason: Error): void {
    if (this.#closed || (stream !== this.#current && stream !== this.#next)) return;
    this.#options.onWarning(reason);
    if (stream === this.#current) {
      this.#cursor = stream.cursor;
      this.#current = undefined;
      this.#options.cache.follow(undefined);
    } else {
      this.#next = undefined;
    }
    if (reason instanceof CursorLost) this.#startOver();
    if (this.#next !== undefined) return;
    const wait = Math.min(BACK_OFF.most, BACK_OFF.first * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 10);
    this.#schedule(wait * (0.5 + Math.random() / 2));
  }

  #startOver(): void {
    const before = this.#current;
    this.#current = undefined;
    this.#cursor = undefined;
    this.#options.cache.startOver();
    before?.close();
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#cursor = this.#current?.cursor ?? this.#cursor;
      this.#connect();
    }, ms).unref();
  }
}
