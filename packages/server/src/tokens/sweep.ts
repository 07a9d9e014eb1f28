import type { Clock } from '../clock.ts';
import type { TokenPolicy } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';

/** Per transaction, so that none is long. */
const SLICE = 1_000;

/**
 * Ends for good what time has ended, whatever clocks do then. Resolves when all that was dead at the call is; one
 * round at a time, which calls that come meanwhile wait for and share. Rejects when the store can't.
 */
export function createSweep({
  store,
  policy,
  clock,
}: {
  store: Pick<Store, 'sweepTokens'>;
  policy: TokenPolicy;
  clock: Clock;
}): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function round(): Promise<void> {
    const act = () => ({ actor: null, requestId: null, time: clock.now() });
    while ((await store.sweepTokens(policy, act(), SLICE)) === SLICE);
  }

  function begin(): Promise<void> {
    running = round().finally(() => {
      running = undefined;
    });
    return running;
  }

  return () => {
    if (running === undefined) return begin();
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        return begin();
      });
    return next;
  };
}
