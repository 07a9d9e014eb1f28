import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { createTurnstile } from './turnstile.ts';

test('so many pass in a turn of the event loop, in their order, and none is forgotten', async () => {
  const { pass } = createTurnstile(3);
  const entered: number[] = [];
  for (let n = 0; n < 8; n += 1) pass(() => entered.push(n));
  assert.deepEqual(entered, [0, 1, 2]);
  const sizes = [];
  for (let turn = 0; turn < 4; turn += 1) {
    await endOfTurn();
    sizes.push(entered.length);
  }
  assert.deepEqual(sizes, [6, 8, 8, 8]);
  assert.deepEqual(entered, [0, 1, 2, 3, 4, 5, 6, 7]);
  pass(() => entered.push(8));
  assert.equal(entered.length, 9, 'afterwards the next one passes at once');
});

test('who comes while others wait goes behind them', async () => {
  const { pass } = createTurnstile(1);
  const entered: string[] = [];
  pass(() => entered.push('a'));
  pass(() => {
    entered.push('b');
    pass(() => entered.push('d'));
  });
  pass(() => entered.push('c'));
  for (let turn = 0; turn < 5; turn += 1) await endOfTurn();
  assert.deepEqual(entered, ['a', 'b', 'c', 'd']);
});
