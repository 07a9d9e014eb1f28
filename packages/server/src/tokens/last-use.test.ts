import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenUse } from '../storage/records.ts';
import { createLastUses } from './last-use.ts';

const use = (time: number): TokenUse => ({ time, ip: '::1', activity: null, userAgent: null });

function store() {
  const written: [string, number][][] = [];
  const gates: (() => void)[] = [];
  let failing = false;
  return {
    written,
    fail: (on: boolean) => {
      failing = on;
    },
    open: () => gates.shift()?.(),
    async recordUses(uses: ReadonlyMap<string, TokenUse>) {
      if (failing) throw new Error('away');
      await new Promise<void>((resolve) => gates.push(resolve));
      written.push([...uses].map(([id, { time }]) => [id, time]));
    },
  };
}

test('a use is pending until it is written, also while it is being written', async () => {
  const to = store();
  const uses = createLastUses(to);
  uses.note('a', use(1));
  assert.equal(uses.pending('a')?.time, 1);
  const done = uses.flush();
  assert.equal(uses.pending('a')?.time, 1);
  uses.note('a', use(2));
  assert.equal(uses.pending('a')?.time, 2);
  to.open();
  await done;
  assert.deepEqual(to.written, [[['a', 1]]]);
  assert.equal(uses.pending('a')?.time, 2);
});

test('a second flush joins the first: when it is done, nothing is on its way to the store', async () => {
  const to = store();
  const uses = createLastUses(to);
  uses.note('a', use(1));
  const first = uses.flush();
  let joined = false;
  const second = uses.flush().then(() => {
    joined = true;
  });
  await Promise.resolve();
  assert.equal(joined, false);
  to.open();
  await Promise.all([first, second]);
  assert.equal(to.written.length, 1);
});

test('what could not be written is written next time, unless something newer has come', async () => {
  const to = store();
  const uses = createLastUses(to);
  to.fail(true);
  uses.note('a', use(1));
  uses.note('b', use(1));
  const failed = uses.flush();
  uses.note('b', use(2));
  await assert.rejects(failed, /away/);
  to.fail(false);
  const done = uses.flush();
  to.open();
  await done;
  assert.deepEqual(to.written.flat().sort(), [
    ['a', 1],
    ['b', 2],
  ]);
});

test('many uses are written in slices of a thousand', async () => {
  const to = store();
  const uses = createLastUses(to);
  for (let at = 0; at < 2_500; at++) uses.note(`t${at}`, use(1));
  const done = uses.flush();
  for (let slice = 0; slice < 3; slice++) {
    to.open();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done;
  assert.deepEqual(
    to.written.map((slice) => slice.length),
    [1000, 1000, 500],
  );
});
