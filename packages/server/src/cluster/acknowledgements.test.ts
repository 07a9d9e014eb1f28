import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Look, RegisteredNode } from '../storage/cluster-link.ts';
import { createAcknowledgements } from './acknowledgements.ts';

const node = (id: string, applied: string | undefined, beat = 1, leaseMs = 100): RegisteredNode => ({
  id,
  applied,
  beat,
  leaseMs,
});
const look = (snapshot: string, xids: readonly bigint[] | undefined, ...nodes: RegisteredNode[]): Look => ({
  snapshot,
  isRegistered: true,
  changes: xids?.map((xid) => ({ xid, what: { kind: 'token', tokenId: `${xid}` } })),
  nodes,
});

function acknowledgements() {
  let time = 0;
  const begin = performance.now();
  const it = createAcknowledgements(100, () => time);
  /** Takes it in at a time, and waits for it. */
  const waitFor = (given: Look, since = time) => {
    it.take(given, time);
    return it.wait(given, since);
  };
  return {
    it,
    waitFor,
    at: (ms: number) => {
      time = ms;
    },
    passed: () => performance.now() - begin,
  };
}

test('nobody is waited for where nobody is, or who has taken it in already', async () => {
  const { waitFor } = acknowledgements();
  assert.equal(await waitFor(look('20:20:', [15n])), 'applied');
  assert.equal(await waitFor(look('21:21:', [20n], node('b', '21:21:'))), 'applied');
});

test('a wait ends when the last node has published a snapshot that sees the change', async () => {
  const { it, waitFor } = acknowledgements();
  let ended = '';
  const waiting = waitFor(look('20:20:', [15n], node('b', '15:15:'), node('c', '15:18:15'))).then((how) => {
    ended = how;
  });
  for (const [b, c] of [
    ['15:15:', '15:18:15'],
    ['16:16:', '15:30:15'],
    ['16:16:', undefined],
  ]) {
    it.take(look('40:40:', [], node('b', b), node('c', c)), 0);
    await Promise.resolve();
    assert.equal(ended, '');
    assert.equal(it.isWaiting(), true);
  }
  it.take(look('40:40:', [], node('b', '16:16:'), node('c', '18:18:')), 0);
  await waiting;
  assert.deepEqual([ended, it.isWaiting()], ['applied', false]);
});

test('a node that is gone, or has come later, is not waited for', async () => {
  const { it, waitFor } = acknowledgements();
  const waiting = waitFor(look('20:20:', [15n], node('b', '15:15:')));
  it.take(look('40:40:', [], node('c', undefined)), 0);
  assert.equal(await waiting, 'applied');
});

test('a wait ends when the longest of the leases and its margin have passed since the commit', async () => {
  const { waitFor, passed } = acknowledgements();
  const short = waitFor(look('20:20:', [15n], node('b', '15:15:', 1, 100)), 0);
  const long = waitFor(look('20:20:', [15n], node('b', '15:15:', 1, 100), node('c', '20:20:', 1, 300)), 0);
  assert.equal(await short, 'expired');
  assert.ok(passed() >= 150 && passed() < 340, `${passed()}`);
  assert.equal(await long, 'expired');
  assert.ok(passed() >= 350, `${passed()}`);
});

test('what others have ended a moment ago counts too, until no lease from before it can hold', async () => {
  const { it, waitFor, at } = acknowledgements();
  it.take(look('20:20:', [15n], node('b', '15:15:')), 0);
  at(100);
  const waiting = waitFor(look('30:30:', [], node('b', '15:15:')));
  assert.equal(it.isWaiting(), true);
  at(151);
  assert.equal(await waitFor(look('31:31:', [], node('b', '15:15:'))), 'applied');
  assert.equal(await waiting, 'expired');
});

test('who has just come knows of nothing before: the others must have got as far', async () => {
  const { it, waitFor } = acknowledgements();
  const waiting = waitFor(look('20:20:18', undefined, node('b', '18:21:19')));
  assert.equal(it.isWaiting(), true);
  it.take(look('40:40:', [], node('b', '18:21:18')), 0);
  assert.equal(await waiting, 'applied');
});

test('who is in the way goes when its lease has run out, others after ten times as long, by what was seen on one connection', async () => {
  const { it, waitFor, at } = acknowledgements();
  const b = node('b', '15:15:', 7);
  it.take(look('15:15:', [], b), 0);
  at(200);
  it.take(look('15:15:', [], b), 200);
  assert.deepEqual(it.silent(200), [], 'in nobody’s way');
  assert.equal(await waitFor(look('20:20:', [15n], b), 50), 'expired');
  assert.deepEqual(
    it.silent(200).map(({ id, beat }) => [id, beat]),
    [['b', 7]],
  );
  it.reset();
  assert.deepEqual(it.silent(10_000), []);
  it.take(look('20:20:', [], b), 10_000);
  assert.deepEqual(it.silent(11_499), []);
  assert.equal(it.silent(11_500).length, 1);
  it.take(look('20:20:', [], { ...b, beat: 8 }), 11_500);
  assert.deepEqual(it.silent(11_500), [], 'a sign of life');
});
