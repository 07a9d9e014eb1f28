import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRefusalPace } from './refusal-pace.ts';

/** How many of so many at once are let go at once. */
async function atOnce(pace: ReturnType<typeof createRefusalPace>, count: number): Promise<number> {
  let gone = 0;
  for (let n = 0; n < count; n += 1) void pace.wait().then(() => (gone += 1));
  await new Promise((resolve) => setImmediate(resolve));
  return gone;
}

test('a few refusals are not held up; a crowd goes one by one, in its order', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let time = 0;
  const pace = createRefusalPace({ perSecond: 500, now: () => time });
  assert.equal(await atOnce(pace, 10), 10);
  const gone: number[] = [];
  const waits = Array.from({ length: 100 }, (_, n) => pace.wait().then(() => gone.push(n)));
  assert.equal(pace.waiting(), 100);
  for (let n = 0; n < 50; n += 1) {
    time += 2;
    t.mock.timers.tick(2);
  }
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(gone, [...Array(50).keys()]);
  for (let n = 0; n < 50; n += 1) {
    time += 2;
    t.mock.timers.tick(2);
  }
  await Promise.all(waits);
  assert.equal(pace.waiting(), 0);
});

test('after a pause of whatever length they don’t come all at once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let time = 0;
  const pace = createRefusalPace({ perSecond: 500, now: () => time });
  assert.equal(await atOnce(pace, 30), 10);
  // The event loop stood still.
  time += 10_000;
  t.mock.timers.tick(2);
  assert.equal(pace.waiting(), 10);
});

test('a crowd so large that the last would wait too long goes faster', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let time = 0;
  const pace = createRefusalPace({ perSecond: 100, longestMs: 1_000, now: () => time });
  const after = (ms: number): void => {
    for (let n = 0; n < ms / 10; n += 1) {
      time += 10;
      t.mock.timers.tick(10);
    }
  };
  const waits = Array.from({ length: 1_002 }, () => pace.wait());
  assert.equal(pace.waiting(), 1_000);
  after(500);
  assert.equal(pace.waiting(), 500);
  after(500);
  await Promise.all(waits);
  // And those who come later at the usual pace.
  for (let n = 0; n < 100; n += 1) void pace.wait();
  const before = pace.waiting();
  after(500);
  assert.equal(before - pace.waiting(), 50);
});

test('no more than so many are kept', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const pace = createRefusalPace({ perSecond: 500, most: 20, now: () => 0 });
  assert.equal(await atOnce(pace, 100), 10 + 70);
  assert.equal(pace.waiting(), 20);
});
