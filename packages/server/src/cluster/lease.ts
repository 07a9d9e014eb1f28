import { type Moment, thisMoment } from '../clock.ts';

/**
 * How long a node may answer from memory by what it has taken in. A lease begins at the moment *before* a look at the
 * changes was sent: whatever was committed by then, the look has seen.
 */
export interface Lease {
  /** Begins anew, at a moment from before the look was sent. */
  renew(begin: Moment): void;
  end(): void;
  /** Whether it holds at this very moment. Ask, and act on the answer without giving up control in between. */
  isFresh(): boolean;
  /** Milliseconds since it began; undefined when there is none. */
  age(): number | undefined;
}

/**
 * What the two clocks may differ by, in milliseconds: one is read in whole ones, and a clock that is being set right
 * goes a little faster or slower. Beyond it the machine has slept, or somebody has set the clock: nobody knows then how
 * much time has passed. Less than the margin that whoever waits adds.
 */
const mostApart = 25;

/** @param lengthMs How long it holds. */
export function createLease(lengthMs: number, now: () => Moment = thisMoment): Lease {
  let begin: Moment | undefined;
  return {
    renew(from) {
      begin = from;
    },
    end() {
      begin = undefined;
    },
    isFresh() {
      if (begin === undefined) return false;
      const { monotonic, wall } = now();
      const passed = monotonic - begin.monotonic;
      return passed < lengthMs && Math.abs(wall - begin.wall - passed) <= mostApart;
    },
    age: () => (begin === undefined ? undefined : now().monotonic - begin.monotonic),
  };
}
