import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVerificationLoad } from './verification-load.ts';

test('from 20 accepted tokens a second on, a core is left to verification, and as soon as there are fewer no longer', () => {
  let [time, accepted] = [0, 1_000];
  const isBusy = createVerificationLoad(() => accepted, { now: () => time });
  assert.equal(isBusy(), false, 'what came before is nothing to go by');
  time += 249;
  accepted += 100;
  assert.equal(isBusy(), false, 'too early to tell');
  time += 1;
  assert.equal(isBusy(), true);
  time += 100;
  assert.equal(isBusy(), true, 'for a while it stays so');
  time += 150;
  accepted += 4;
  assert.equal(isBusy(), false, '4 in a quarter of a second are 16 in a second');
  time += 250;
  accepted += 5;
  assert.equal(isBusy(), true, '5 are 20');
  time += 60_000;
  accepted += 50;
  assert.equal(isBusy(), false, 'over a long pause they are few');
});
