import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Clock } from './clock.ts';
import { momentOf } from './clock.ts';
import { DRIFT, Freshness, Tie } from './freshness.ts';

/** A machine whose true time, sleep and wall clock are told by the test; all in ms. */
function machine() {
  const self = { time: 5_000, slept: 0, set: 0 };
  const clock: Clock = {
    monotonic: () => self.time - self.slept,
    wall: () => 1.7e12 + self.time + self.set,
  };
  return Object.assign(self, { clock, now: () => momentOf(clock) });
}

suite('a tie between two clocks', () => {
  test('the first heartbeat was at the earliest when the request was sent', () => {
    const here = machine();
    const tie = new Tie(here.now());
    here.time += 700;
    assert.equal(tie.earliest(123_456.5, here.now()), 5_000);
  });

  test('later heartbeats count from there, whenever they arrive', () => {
    const here = machine();
    const tie = new Tie(here.now());
    tie.earliest(100, here.now());
    here.time += 9_000;
    assert.equal(tie.earliest(1_100, here.now()), 5_000 + 1_000 * (1 - DRIFT));
  });

  test('a service clock that runs back ends it', () => {
    const here = machine();
    const tie = new Tie(here.now());
    here.time += 10;
    tie.earliest(100, here.now());
    assert.equal(tie.earliest(99.9, here.now()), undefined);
  });

  test('a heartbeat from the future ends it', () => {
    const here = machine();
    const tie = new Tie(here.now());
    tie.earliest(100, here.now());
    here.time += 1_000;
    assert.equal(tie.earliest(1_200, here.now()), undefined);
  });

  test('sleep of this machine, or a wall clock that was set, ends it', () => {
    for (const change of [{ slept: 60_000 }, { set: -3_600_000 }, { set: 3_600_000 }]) {
      const here = machine();
      const tie = new Tie(here.now());
      tie.earliest(100, here.now());
      here.time += 60_000;
      Object.assign(here, change);
      assert.equal(tie.earliest(200, here.now()), undefined, JSON.stringify(change));
    }
  });

  test('never takes an instant for later than it was', () => {
    fc.assert(
      fc.property(
        fc.record({
          offset: fc.integer({ min: -1e9, max: 1e9 }),
          drift: fc.double({ min: -DRIFT / 2, max: DRIFT / 2, noNaN: true }),
          untilRead: fc.integer({ min: 0, max: 2_000 }),
          slept: fc.integer({ min: 0, max: 45 }),
          beats: fc.array(
            fc.record({ wait: fc.integer({ min: 0, max: 2_000 }), late: fc.integer({ min: 0, max: 8_000 }) }),
            { minLength: 1, maxLength: 40 },
          ),
        }),
        ({ offset, drift, untilRead, slept, beats }) => {
          const here = machine();
          const begin = here.time;
          const service = (time: number) => offset + (time - begin) * (1 + drift);
          const tie = new Tie(here.now());
          let read = begin + untilRead;
          for (const { wait, late } of beats) {
            here.slept = Math.min(slept, read - begin);
            here.time = Math.max(here.time, read + late);
            const earliest = tie.earliest(service(read), here.now());
            // on our monotonic clock, the instant of reading was no earlier than this
            const truth = read - here.slept;
            if (earliest !== undefined) assert.ok(earliest <= truth + 1e-3, `${earliest} > ${truth}`);
            read += wait;
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

suite('freshness', () => {
  test('is infinitely old before the first word and after a gap', () => {
    const here = machine();
    const freshness = new Freshness(here.clock);
    assert.equal(freshness.age(), Number.POSITIVE_INFINITY);
    freshness.confirm(4_900, here.now(), 0);
    assert.equal(freshness.age(), 100);
    freshness.reset();
    assert.equal(freshness.age(), Number.POSITIVE_INFINITY);
  });

  test('an older claim takes nothing away', () => {
    const here = machine();
    const freshness = new Freshness(here.clock);
    freshness.confirm(4_900, here.now(), 0);
    freshness.confirm(4_000, here.now(), 0);
    assert.equal(freshness.age(), 100);
  });

  test('ages while this machine sleeps', () => {
    const here = machine();
    const freshness = new Freshness(here.clock);
    freshness.confirm(5_000, here.now(), 0);
    here.time += 3_600_000;
    here.slept += 3_600_000;
    assert.equal(freshness.age(), 3_600_000);
  });

  test('does not get younger when somebody sets the wall clock back', () => {
    const here = machine();
    const freshness = new Freshness(here.clock);
    freshness.confirm(5_000, here.now(), 0);
    here.time += 2_000;
    here.set -= 3_600_000;
    assert.equal(freshness.age(), 2_000);
  });

  test('the service’s wall clock is taken to be as far as it can be', () => {
    const here = machine();
    const freshness = new Freshness(here.clock);
    assert.equal(freshness.latestServiceTime(), Number.POSITIVE_INFINITY);
    freshness.confirm(4_900, here.now(), 1_000_000);
    assert.ok(Math.abs(freshness.latestServiceTime() - 1_000_101.1) < 1e-6);
  });
});
