import type { ActivityRecorder } from './activity/recorder.ts';
import type { Clock } from './clock.ts';
import type { Act } from './storage/records.ts';
import type { Store } from './storage/store.ts';
import { FLUSH_EVERY_MS, type LastUses } from './tokens/last-use.ts';

/**
 * What must be done though nobody asks: what is kept in memory written, dead tokens ended for good (so that no clock can
 * bring them back), and forgotten what is older than the operator wants. A round that fails is reported and tried again
 * at the next.
 */
export interface Housekeeping {
  /** Stops the rounds and writes what is in memory a last time. */
  stop(): Promise<void>;
}

/** Milliseconds for which things are kept; null: for good. */
export interface Retention {
  readonly tombstones: number;
  readonly auditEvents: number | null;
  readonly activities: number;
}

const SWEEP_EVERY_MS = 30_000;
const FORGET_EVERY_MS = 600_000;
/** Per round, so that no transaction is long. */
const SLICE = 1_000;

const DAY = 86_400_000;
/** A counter of wrong passwords that nothing has happened to for so long says nothing any more. */
const TRIES_KEPT = 30 * DAY;
/** A try that is not settled by then never will be: its node has died. */
const LONGEST_LOGIN = 60_000;
/** Whoever guesses at made-up accounts must not fill the disk with their counters. */
const MOST_COUNTERS = 1_000_000;
const MOST_REQUESTS = 200_000;
/** Single requests are asked for while somebody still remembers them; counts are a picture over time. */
const REQUESTS_KEPT = 7 * DAY;

const SERVICE = { actor: null, requestId: null };

export function startHousekeeping(
  parts: {
    store: Store;
    clock: Clock;
    lastUses: LastUses;
    activity: ActivityRecorder;
    retention: Retention;
    /** Ends dead tokens. */
    sweep: () => Promise<void>;
  },
  /** Of several processes one does everything, and the others write what only they know. */
  duty: 'everything' | 'own memory',
  report: (error: unknown) => void,
): Housekeeping {
  const { store, clock, lastUses, activity, retention, sweep } = parts;
  const every = (ms: number, round: () => Promise<unknown>): NodeJS.Timeout => {
    let running = false;
    const timer = setInterval(() => {
      if (running) return;
      running = true;
      round()
        .catch(report)
        .finally(() => {
          running = false;
        });
    }, ms);
    return timer.unref();
  };
  const act = (): Act => ({ ...SERVICE, time: clock.now() });
  const before = (age: number): number => clock.now() - age;
  const { tombstones, auditEvents, activities } = retention;
  const forget = (round: () => Promise<number>) => every(FORGET_EVERY_MS, () => inSlices(round));
  const timers = [
    every(FLUSH_EVERY_MS, () => lastUses.flush()),
    every(FLUSH_EVERY_MS, () => activity.flush()),
  ];
  const forAll = (): NodeJS.Timeout[] => [
    every(SWEEP_EVERY_MS, sweep),
    forget(() => store.forgetEndedTokens(before(tombstones), SLICE)),
    every(FORGET_EVERY_MS, () => store.giveBackTries(before(LONGEST_LOGIN))),
    forget(() => store.forgetTries(before(TRIES_KEPT), MOST_COUNTERS, SLICE)),
    forget(async () =>
      auditEvents === null ? 0 : store.pruneAuditEvents(before(auditEvents), act(), SLICE),
    ),
    forget(() =>
      store.forgetActivity(
        {
          countsBefore: before(activities),
          requestsBefore: before(Math.min(activities, REQUESTS_KEPT)),
          most: MOST_REQUESTS,
        },
        SLICE,
      ),
    ),
  ];
  if (duty === 'everything') timers.push(...forAll());
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      // All at once: a database that doesn't answer lets each of them wait.
      const writeUses = async (): Promise<void> => {
        // The first joins a round that is under way, the second writes what has come since.
        for (let times = 0; times < 2; times++) await lastUses.flush();
      };
      const last = [writeUses(), activity.flush(), ...(duty === 'everything' ? [sweep()] : [])];
      await Promise.all(last.map((one) => one.catch(report)));
    },
  };
}

async function inSlices(round: () => Promise<number>): Promise<void> {
  while ((await round()) === SLICE) {
    // More of them.
  }
}
