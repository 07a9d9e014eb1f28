import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from './clock.ts';

test('time never runs backwards, whatever the machine says', () => {
  const readings = [10, 20, 5, 19, 21];
  const clock = systemClock(() => readings.shift() as number);
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => clock.now()),
    [10, 20, 20, 20, 21],
  );
});
