import { setTimeout as sleep } from 'node:timers/promises';

export type Outcome = 'accepted' | 'refused' | 'unavailable';

/** Asks again and again until stopped; counts the outcomes, and notes when the last acceptance was seen. */
export function insist(ask: () => Promise<Outcome>) {
  const seen = { lastAccept: 0, accepted: 0, refused: 0, unavailable: 0 };
  let isOver = false;
  const done = (async () => {
    while (!isOver) {
      const outcome = await ask();
      seen[outcome] += 1;
      if (outcome === 'accepted') seen.lastAccept = performance.now();
      await sleep(2);
    }
  })();
  return {
    seen,
    async stop() {
      isOver = true;
      await done;
    },
  };
}
