/** Where the current time comes from. Everything else is handed one. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. Never smaller than at an earlier call. */
  now(): number;
}

/**
 * The machine's clock, kept from running backwards while the process lives: a token that has been refused as
 * expired must not be accepted again because somebody set the clock back.
 */
export function systemClock(read: () => number = Date.now): Clock {
  let latest = 0;
  return {
    now() {
      const time = read();
      if (time > latest) latest = time;
      return latest;
    },
  };
}

/** One moment on two clocks, in milliseconds. */
export interface Moment {
  /** Only ever counts up, but stands still while the machine sleeps (Linux: `CLOCK_MONOTONIC`). */
  readonly monotonic: number;
  /** Knows of the sleep, but can be set. */
  readonly wall: number;
}

export function thisMoment(): Moment {
  return { monotonic: performance.now(), wall: Date.now() };
}
