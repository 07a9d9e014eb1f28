/** Where the current time comes from. Everything else is handed one. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. Never smaller than at an earlier call. */
  now(): number;
}

/** While the machine's clock is behind, time passes at so many times its pace. */
const CATCHING_UP = 0.5;

/**
 * The machine's clock, kept from running backwards while the process lives: a token that has been refused as
 * expired must not be accepted again because somebody set the clock back. Nor does it stand still until the machine has come to the
 * same time again, because whoever waits would wait for as long: it goes on more slowly, so that the two meet.
 *
 * @param read The time of day, in milliseconds since 1970.
 * @param count Milliseconds that only count up.
 */
export function systemClock(
  read: () => number = Date.now,
  count: () => number = () => performance.now(),
): Clock {
  let latest = 0;
  /** Where the machine was found to be behind. */
  let behind: { readonly latest: number; readonly ticks: number } | undefined;
  return {
    now() {
      const time = read();
      if (time >= latest) {
        behind = undefined;
        latest = time;
      } else {
        behind ??= { latest, ticks: count() };
        latest = Math.floor(behind.latest + (count() - behind.ticks) * CATCHING_UP);
      }
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
