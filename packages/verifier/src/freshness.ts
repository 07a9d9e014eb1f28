/**
 * How old our knowledge of revocations is, by the service's word and two clocks that know nothing of each other.
 *
 * Everything here errs to the same side: knowledge may be younger than we say, never older.
 */
import type { Clock, Moment } from './clock.ts';
import { momentOf } from './clock.ts';

/**
 * How much faster than ours the service's clock may run. Kernels slew a clock by at most 500 ppm (adjtimex(2)), and
 * ours may be slewed the other way at the same time.
 */
export const DRIFT = 0.001;

/** How far our two clocks may part, in ms, before a tie is given up: one was set, or the machine slept. */
const PARTED = 50;

/**
 * What one connection tells about the service's monotonic clock.
 *
 * The service read its clock for the first heartbeat after we had sent the request: so that instant was, on our clock,
 * at the earliest when we sent it. From there on both clocks run alike. The time at which a heartbeat *arrives* says
 * nothing: a proxy may have held it back.
 */
export class Tie {
  readonly #sent: Moment;
  #first: number | undefined;
  #latest = Number.NEGATIVE_INFINITY;

  /** @param sent read before the connection was opened */
  constructor(sent: Moment) {
    this.#sent = sent;
  }

  /**
   * The earliest that the service's instant `at` (ms) can have been on our monotonic clock; undefined when the clocks
   * have done what clocks that are tied can't do.
   */
  earliest(at: number, now: Moment): number | undefined {
    this.#first ??= at;
    if (at < this.#latest) return undefined;
    this.#latest = at;
    // The monotonic clock stands still while this machine sleeps, the service's does not.
    const parted = now.wall - now.monotonic - (this.#sent.wall - this.#sent.monotonic);
    if (Math.abs(parted) > PARTED) return undefined;
    const earliest = this.#sent.monotonic + (at - this.#first) * (1 - DRIFT) - Math.max(0, parted);
    return earliest <= now.monotonic ? earliest : undefined;
  }
}

/** Up to which instant every revocation is known, over all connections: each one's claim holds on after its end. */
export class Freshness {
  readonly #clock: Clock;
  #known: (Moment & { readonly serviceTime: number }) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Takes note: every revocation before `monotonic` is known; the service's wall clock showed `serviceTime` then.
   * An older claim than we have changes nothing.
   */
  confirm(monotonic: number, now: Moment, serviceTime: number): void {
    const age = now.monotonic - monotonic;
    if (age < this.age()) this.#known = { monotonic, wall: now.wall - age, serviceTime };
  }

  /** Nothing is known any more: revocations may have been missed. */
  reset(): void {
    this.#known = undefined;
  }

  /** Milliseconds; infinite while nothing is known. A machine that slept shows it on its wall clock. */
  age(): number {
    if (this.#known === undefined) return Number.POSITIVE_INFINITY;
    const now = momentOf(this.#clock);
    return Math.max(now.monotonic - this.#known.monotonic, now.wall - this.#known.wall);
  }

  /** The latest that the service's wall clock can show now: what has not expired by this has not expired there. */
  latestServiceTime(): number {
    if (this.#known === undefined) return Number.POSITIVE_INFINITY;
    // 1 ms, for the part of a millisecond that a written time leaves out
    return this.#known.serviceTime + 1 + this.age() * (1 + DRIFT);
  }
}
