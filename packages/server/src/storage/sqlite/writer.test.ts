import assert from 'node:assert/strict';
import { test } from 'node:test';
import { act } from '../exam/samples.ts';
import { StoreUnavailable } from '../store.ts';
import type { ActCall } from './acts.ts';
import type { Outcome } from './group-commit.ts';
import { Writer } from './writer.ts';

/** A thread whose disk hangs until it is told to go on. */
function hangingThread() {
  const batches: (readonly ActCall[])[] = [];
  const lockWaits: number[] = [];
  let goOn = (): void => {};
  const hang = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const commit = async (calls: readonly ActCall[], lockWait: number): Promise<readonly Outcome[]> => {
    batches.push(calls);
    lockWaits.push(lockWait);
    await hang;
    return calls.map((_call, n) => ({ ok: true, value: n }));
  };
  const link = { threadId: 1, synchronous: 2, commit, close: async () => {} };
  return { link, batches, lockWaits, goOn };
}

const nothing = new Map<string, Uint8Array>();

test('an act that waited too long behind a hanging disk is refused and never sent', {
  timeout: 20_000,
}, async () => {
  const { link, batches, goOn } = hangingThread();
  const writer = new Writer('guardbee.db', link);
  const first = writer.act('rememberDigestKeys', nothing, act);
  while (batches.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const asked = performance.now();
  await assert.rejects(writer.act('rememberDigestKeys', nothing, act), StoreUnavailable);
  // Two seconds are promised; a busy machine gets some more.
  assert.ok(performance.now() - asked < 3000);
  const patient = writer.act('rememberDigestKeys', nothing, act);
  goOn();
  assert.deepEqual([await first, await patient], [0, 0]);
  assert.deepEqual(
    batches.map((batch) => batch.length),
    [1, 1],
  );
});

test('an act waits for a disk that is slow, and who has waited long waits shorter for the lock', async () => {
  const { link, lockWaits, goOn } = hangingThread();
  const writer = new Writer('guardbee.db', link);
  const first = writer.act('rememberDigestKeys', nothing, act);
  const second = writer.act('rememberDigestKeys', nothing, act);
  while (lockWaits.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const third = writer.act('rememberDigestKeys', nothing, act);
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  goOn();
  await Promise.all([first, second, third]);
  const [before = 0, after = 0] = lockWaits;
  assert.equal(before, 900);
  assert.ok(1_200 + after < 2_000, `${after}: with what it waited, less than two seconds`);
});

test('the queue has a length: what comes on top is refused at once', async () => {
  const { link, goOn } = hangingThread();
  const writer = new Writer('guardbee.db', link);
  const answers = Array.from({ length: 20_100 }, () => writer.act('rememberDigestKeys', nothing, act));
  const settled = Promise.allSettled(answers);
  await assert.rejects(writer.act('rememberDigestKeys', nothing, act), /too many writes/);
  goOn();
  const outcomes = await settled;
  assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 20_000);
});
