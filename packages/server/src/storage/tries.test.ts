import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rules } from './exam/tries.ts';
import { FOREVER, type TryReserved } from './throttle-store.ts';
import { abandonTry, failTry, lockAfter, saysNothing, takeTry, untouched } from './tries.ts';

const bytes = (value: number) => new Uint8Array(16).fill(value);
const reserved = (password: number, previous: number | null, last: number): TryReserved => ({
  admitted: true,
  keys: { account: bytes(1), source: bytes(2), lane: bytes(3), fingerprint: bytes(password).subarray(0, 4) },
  counter: 'account',
  previous,
  last,
});

test('a try that is given back takes neither the count nor the time of another one of the same instant', () => {
  const both = takeTry(takeTry({ ...untouched, failures: 2, last: 10 }, rules, 50), rules, 50);
  const one = abandonTry(both, reserved(1, 10, 50));
  const { counter, isNew } = failTry(one, reserved(2, 50, 50));
  assert.deepEqual([counter.failures, counter.underWay, counter.last, isNew], [3, 0, 50, true]);
});

test('a password that was tried before counts once, and what says nothing is as if it were not there', () => {
  const first = failTry(takeTry(untouched, rules, 1), reserved(1, null, 1)).counter;
  const again = failTry(takeTry(first, rules, 2), reserved(1, 1, 2));
  assert.deepEqual([again.isNew, again.counter.failures, again.counter.last], [false, 1, 1]);
  assert.ok(saysNothing(abandonTry(takeTry(untouched, rules, 1), reserved(1, null, 1))));
  assert.ok(!saysNothing(first));
});

test('an account is closed by the failures that are certain', () => {
  const counter = { ...untouched, failures: 6, underWay: 2, last: 100 };
  assert.equal(lockAfter(counter, rules, 100), undefined);
  assert.deepEqual(lockAfter({ ...counter, underWay: 1 }, rules, 100), {
    until: 100 + rules.firstWait,
    failures: 5,
  });
  // Also where an operator lets more mistakes be free than may be made in a row.
  const generous = { ...rules, freeFailures: 200 };
  const closed = { ...untouched, failures: rules.mostFailures, last: 100 };
  assert.deepEqual(lockAfter(closed, generous, 100), { until: FOREVER, failures: rules.mostFailures });
});
