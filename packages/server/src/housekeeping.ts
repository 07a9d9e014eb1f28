import type { Clock } from '../clock.ts';
import type { TokenPolicy } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';
import { FLUSH_EVERY_MS, type LastUses } from './last-use.ts';

/**
 * What must be done about tokens though nobody asks: last uses written, dead tokens ended for good (so that no clock can
 * bring them back), old tombstones forgotten. A round that fails is reported and tried again at the next.
 */
export interface Housekeeping {
  /** Stops the rounds and writes the last uses a last time. */
  stop(): Promise<void>;
}

const SWEEP_EVERY_MS = 30_000;
const FORGET_EVERY_MS = 600_000;
/** Per round, so that no transaction is long. */
const SLICE = 1_000;

const SERVICE = { actor: null, requestId: null };

export function startHousekeeping(
  parts: { store: Store; clock: Clock; policy: TokenPolicy; lastUses: LastUses; retention: number },
  report: (error: unknown) => void,
): Housekeeping {
  const { store, clock, policy, lastUses, retention } = parts;
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
  const timers = [
    every(FLUSH_EVERY_MS, () => lastUses.flush()),
    every(SWEEP_EVERY_MS, () =>
      inSlices(() => store.sweepTokens(policy, { ...SERVICE, time: clock.now() }, SLICE)),
    ),
    every(FORGET_EVERY_MS, () => inSlices(() => store.forgetEndedTokens(clock.now() - retention, SLICE))),
  ];
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      // The first joins a round that is under way, the second writes what has come since.
      for (let times = 0; times < 2; times++) await lastUses.flush().catch(report);
    },
  };
}

async function inSlices(slice: () => Promise<number>): Promise<void> {
  while ((await slice()) === SLICE);
}
