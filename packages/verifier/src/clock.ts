/** Where the current time comes from; tests hand in another. */
export interface Clock {
  /** Milliseconds since some fixed instant, fractional. Never runs back; may stand still while the machine sleeps. */
  monotonic(): number;
  /** Milliseconds since 1970-01-01T00:00:00Z. Somebody may set it. */
  wall(): number;
}

export const machineClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
};

/** One instant, read off both clocks. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export function momentOf(clock: Clock): Moment {
  return { monotonic: clock.monotonic(), wall: clock.wall() };
}
