import { setImmediate } from 'node:timers/promises';
import type { Store } from '../storage/store.ts';
import type { EvenHashQueue } from './even-time.ts';

/** Kinds appear with an import and go when their last account has logged in. */
const EVERY_MS = 3_600_000;
/** So small that no request waits for a page of it. */
const PAGE = 100;

/**
 * Keeps a hash queue informed of the kinds of hashes that the users have: at once, and every hour. What fails is reported
 * and tried again at the next.
 */
export function keepLearningHashKinds(
  hashes: EvenHashQueue,
  store: Store,
  report: (error: unknown) => void,
): { stop(): void } {
  let stopped = false;

  async function* passwordHashes(): AsyncGenerator<string> {
    for (let after = ''; !stopped; await setImmediate()) {
      const page = await store.listUsers({ after, limit: PAGE });
      for (const user of page) yield user.passwordHash;
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.canonicalEmail;
    }
  }

  const learn = (): void => {
    hashes.learn(passwordHashes()).catch((error: unknown) => {
      if (!stopped) report(error);
    });
  };
  learn();
  const timer = setInterval(learn, EVERY_MS);
  timer.unref();
  return {
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}
