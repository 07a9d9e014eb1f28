import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from './clock.ts';

test('time never runs backwards, whatever the machine says', () => {
  const reading = fc.record({ wall: fc.integer({ min: 0, max: 1e6 }), passed: fc.nat({ max: 100 }) });
  fc.assert(
    fc.property(fc.array(reading, { minLength: 2 }), (readings) => {
      let [wall, ticks, before] = [0, 0, 0];
      const clock = systemClock(
        () => wall,
        () => ticks,
      );
      for (const one of readings) {
        wall = one.wall;
        ticks += one.passed;
        const now = clock.now();
        assert.ok(Number.isInteger(now) && now >= before && now >= wall, `${now}`);
        before = now;
      }
    }),
  );
});

test('a clock that was ahead and is put right makes time pass more slowly, not stand still, until the two meet', () => {
  let [wall, ticks] = [7_200_000, 0];
  const clock = systemClock(
    () => wall,
    () => ticks,
  );
  const pass = (ms: number): number => {
    wall += ms;
    ticks += ms;
    return clock.now();
  };
  assert.equal(pass(0), 7_200_000);
  wall = 0;
  assert.equal(clock.now(), 7_200_000);
  // Asked more than once a millisecond, too.
  for (let n = 0; n < 40_000; n += 1) pass(0.25);
  assert.equal(clock.now(), 7_200_000 + 5_000);
  assert.equal(pass(7_190_000), 10_800_000);
  assert.equal(pass(3_599_000), 12_599_500);
  assert.equal(wall, 10_799_000);
  assert.equal(pass(3_600_000), 14_399_000, 'the two have met');
  assert.equal(pass(1_000), 14_400_000);
});
