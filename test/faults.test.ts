import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Impossible } from '../bench/faults/fault.ts';
import { FAULTS } from '../bench/faults.ts';

/** Each fault of `npm run faults` a few times; what kill -9 does has a test of its own. */
const TRIALS: Readonly<Record<string, number>> = {
  'full-disk': 2,
  'read-only-disk': 2,
  'foreign-lock': 2,
  'slow-fsync': 2,
  'frozen-log': 2,
  connections: 100,
  'clock-steps': 5,
  'damaged-file': 4,
  'interrupted-migration': 4,
  'stop-under-load': 5,
};

suite('what goes wrong, a few times each', { concurrency: 3 }, () => {
  for (const [name, fault] of Object.entries(FAULTS)) {
    const trials = TRIALS[name];
    if (trials === undefined) continue;
    test(`${fault.name}: ${fault.promise}`, async (t) => {
      try {
        const { violations, figure } = await fault.run(trials);
        assert.deepEqual(violations, []);
        t.diagnostic(`${trials} trials; ${figure}`);
      } catch (error) {
        if (!(error instanceof Impossible)) throw error;
        t.skip(error.message);
      }
    });
  }
});
