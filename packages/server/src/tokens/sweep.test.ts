import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createSweep } from './sweep.ts';

/** A store whose sweeps end when they are told to. */
function sweepOf(...ended: number[]) {
  const waiting: (() => void)[] = [];
  let rounds = 0;
  const store = {
    sweepTokens: async () => {
      rounds += 1;
      await new Promise<void>((resolve) => waiting.push(resolve));
      const count = ended.shift() ?? 0;
      if (Number.isNaN(count)) throw new Error('locked');
      return count;
    },
  };
  const sweep = createSweep({ store, policy: { maxAge: null, idleTimeout: null }, clock: { now: () => 0 } });
  return {
    sweep,
    rounds: () => rounds,
    async step() {
      await turn();
      waiting.shift()?.();
      await turn();
    },
  };
}

test('it goes on until nothing is left, in slices', async () => {
  const { sweep, step, rounds } = sweepOf(1_000, 1_000, 3);
  const done = sweep();
  for (let n = 0; n < 3; n += 1) await step();
  await done;
  assert.equal(rounds(), 3);
});

test('whoever comes while one is under way shares the next, which began after they came', async () => {
  const { sweep, step, rounds } = sweepOf();
  const first = sweep();
  const later = [sweep(), sweep(), sweep()];
  await step();
  await first;
  assert.equal(rounds(), 2);
  await step();
  await Promise.all(later);
  assert.equal(rounds(), 2);
  const again = sweep();
  await step();
  await again;
  assert.equal(rounds(), 3);
});

test('one that fails rejects for whoever asked for it, and not for those who come after', async () => {
  const { sweep, step } = sweepOf(Number.NaN);
  const [first, second] = [sweep(), sweep()];
  const rejected = assert.rejects(first, /locked/);
  await step();
  await rejected;
  await step();
  await second;
});
