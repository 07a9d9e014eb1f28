/**
 * One account's tries from one source, a few at a time. A try counts as failed until its hash says otherwise, so many at
 * once would stand in each other's way; with the right password they merely wait for their turn.
 */
export interface Turns {
  /**
   * Resolves when it is this try's turn; `done` must be called once, with what was found. A try that waits with the same
   * `guess` as one that has failed meanwhile is rejected with `SameGuess`, one that waits for too long with `NoTurn`.
   */
  take(lane: string, guess: string): Promise<Turn>;
}

export interface Turn {
  done(outcome: 'failed' | 'other'): void;
}

/** Too many wait, or this one waited too long; a later try may get a turn. */
export class NoTurn extends Error {
  override readonly name = 'NoTurn';
}

/** The same password has just been found wrong. */
export class SameGuess extends Error {
  override readonly name = 'SameGuess';
}

interface Waiting {
  readonly guess: string;
  readonly timer: NodeJS.Timeout;
  readonly begin: () => void;
  readonly reject: (error: NoTurn | SameGuess) => void;
}

interface Lane {
  running: number;
  readonly waiting: Set<Waiting>;
}

/**
 * @param width Tries of one lane at a time.
 * @param most Tries of one lane that may wait.
 * @param patience Milliseconds that a try waits at most. Default: 5,000; with the hash queue's wait behind it, below the
 *   10 s in which a login is answered.
 */
export function createTurns({ width = 3, most = 128, patience = 5_000 } = {}): Turns {
  const lanes = new Map<string, Lane>();

  function beginNext(name: string, lane: Lane): void {
    const [next] = lane.waiting;
    if (next !== undefined && lane.running < width) {
      leave(lane, next);
      next.begin();
    } else if (lane.running === 0) lanes.delete(name);
  }

  function leave(lane: Lane, waiting: Waiting): void {
    clearTimeout(waiting.timer);
    lane.waiting.delete(waiting);
  }

  function begin(name: string, lane: Lane, guess: string): Turn {
    lane.running += 1;
    return {
      done(outcome) {
        lane.running -= 1;
        if (outcome === 'failed') {
          for (const one of lane.waiting) {
            if (one.guess !== guess) continue;
            leave(lane, one);
            one.reject(new SameGuess());
          }
        }
        beginNext(name, lane);
      },
    };
  }

  return {
    take(name, guess) {
      const lane = lanes.get(name) ?? { running: 0, waiting: new Set() };
      lanes.set(name, lane);
      if (lane.running < width) return Promise.resolve(begin(name, lane, guess));
      if (lane.waiting.size >= most) return Promise.reject(new NoTurn('too many wait'));
      return new Promise((resolve, reject) => {
        const waiting: Waiting = {
          guess,
          reject,
          begin: () => resolve(begin(name, lane, guess)),
          timer: setTimeout(() => {
            lane.waiting.delete(waiting);
            reject(new NoTurn('it took too long'));
          }, patience),
        };
        lane.waiting.add(waiting);
      });
    },
  };
}
