import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { systemClock } from '../clock.ts';
import { createActivityRecorder } from './recorder.ts';

const seen = {
  requestId: 'r1',
  ms: 1,
  method: 'POST',
  route: '/v4/auth-tokens/',
  status: 200,
  ip: '127.0.0.1',
  userId: null,
  tokenId: null,
  activity: null,
  commandLine: null,
  userAgent: null,
  original: null,
  traceId: null,
  named: true,
};

/** A store that writes when it is told to. */
function slowStore() {
  const writes: PromiseWithResolvers<void>[] = [];
  const recordActivity = (): Promise<void> => {
    const write = Promise.withResolvers<void>();
    writes.push(write);
    return write.promise;
  };
  return { writes, store: { recordActivity } as unknown as Parameters<typeof createActivityRecorder>[0] };
}

test('a flush waits for the writing that is under way, since what was recorded before it is there', async () => {
  const { writes, store } = slowStore();
  const recorder = createActivityRecorder(store, systemClock());
  recorder.record(seen);
  const first = recorder.flush();
  await endOfTurn();
  let isDone = false;
  const second = recorder.flush().then(() => {
    isDone = true;
  });
  await endOfTurn();
  assert.equal(isDone, false);
  writes[0]?.resolve();
  await Promise.all([first, second]);
  assert.equal(writes.length, 1);
});

test('a writing that fails is told to whoever began it, and the next one goes on', async () => {
  const { writes, store } = slowStore();
  const recorder = createActivityRecorder(store, systemClock());
  recorder.record(seen);
  const first = recorder.flush();
  const failed = assert.rejects(first, /no room/);
  await endOfTurn();
  recorder.record(seen);
  const second = recorder.flush();
  writes[0]?.reject(new Error('no room'));
  await failed;
  await endOfTurn();
  writes[1]?.resolve();
  await second;
  assert.equal(writes.length, 2);
});
