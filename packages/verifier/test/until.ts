import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something is true, at most 10 s. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const begin = performance.now();
  while (!(await isTrue())) {
    if (performance.now() - begin > 10_000) throw new Error(`in vain waited until ${what}`);
    await sleep(5);
  }
}
