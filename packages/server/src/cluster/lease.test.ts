import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLease } from './lease.ts';

function leaseAt() {
  const time = { monotonic: 1_000, wall: 5_000_000 };
  const lease = createLease(500, () => ({ ...time }));
  const pass = (ms: number, wallToo = ms): void => {
    time.monotonic += ms;
    time.wall += wallToo;
  };
  return { lease, pass, begin: () => lease.renew({ ...time }) };
}

test('a lease holds for its length from where it began, and no longer', () => {
  const { lease, pass, begin } = leaseAt();
  assert.equal(lease.isFresh(), false, 'there is none yet');
  begin();
  pass(499.9);
  assert.equal(lease.isFresh(), true);
  pass(0.1);
  assert.equal(lease.isFresh(), false);
  assert.equal(lease.age(), 500);
});

test('it counts from before the look, however late the answer comes', () => {
  const { lease, pass } = leaseAt();
  const before = { monotonic: 1_000, wall: 5_000_000 };
  pass(600);
  lease.renew(before);
  assert.equal(lease.isFresh(), false);
});

test('a machine that has slept, and a clock that was set, end it', () => {
  for (const jump of [26, 60_000, -26, -60_000]) {
    const { lease, pass, begin } = leaseAt();
    begin();
    pass(10, 10 + jump);
    assert.equal(lease.isFresh(), false, `${jump} ms`);
    begin();
    assert.equal(lease.isFresh(), true, 'the next look begins a new one');
  }
  const { lease, pass, begin } = leaseAt();
  begin();
  pass(10, 10 + 20);
  assert.equal(lease.isFresh(), true, 'a clock that is being set right');
});

test('what was ended does not hold', () => {
  const { lease, begin } = leaseAt();
  begin();
  lease.end();
  assert.deepEqual([lease.isFresh(), lease.age()], [false, undefined]);
});
