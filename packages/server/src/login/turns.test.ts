import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurns, NoTurn, SameGuess, type Turn } from './turns.ts';

const pause = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('tries of one lane run a few at a time, in their order, and those of another beside them', async () => {
  const turns = createTurns({ width: 2 });
  const begun: string[] = [];
  const open: Turn[] = [];
  for (const name of ['a', 'b', 'c', 'd'])
    void turns.take('lane', name).then((turn) => {
      begun.push(name);
      open.push(turn);
    });
  void turns.take('other', 'x').then(() => begun.push('x'));
  await pause();
  assert.deepEqual(begun, ['a', 'b', 'x']);
  open[0]?.done('other');
  await pause();
  assert.deepEqual(begun, ['a', 'b', 'x', 'c']);
  open[1]?.done('failed');
  open[2]?.done('other');
  await pause();
  assert.deepEqual(begun, ['a', 'b', 'x', 'c', 'd']);
});

test('who waits with a guess that has just failed is told so, and nobody else', async () => {
  const turns = createTurns({ width: 1 });
  const first = await turns.take('lane', 'wrong');
  const same = turns.take('lane', 'wrong');
  const another = turns.take('lane', 'right');
  const elsewhere = await turns.take('other', 'wrong');
  first.done('failed');
  await assert.rejects(same, SameGuess);
  (await another).done('other');
  elsewhere.done('other');
});

test('nobody waits for longer than the patience, and no more than so many wait', async () => {
  const turns = createTurns({ width: 1, most: 1, patience: 20 });
  const first = await turns.take('lane', 'a');
  const second = turns.take('lane', 'b');
  await assert.rejects(turns.take('lane', 'c'), NoTurn);
  await assert.rejects(second, NoTurn);
  first.done('other');
  (await turns.take('lane', 'd')).done('other');
});
