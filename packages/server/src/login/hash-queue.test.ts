import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createHashQueue, HashQueueOverloaded } from './hash-queue.ts';
import { HASH_PARAMETERS, isOutdated } from './password.ts';

test('a hash is an argon2id PHC string at the stated parameters and verifies only its own password', async (t) => {
  const hashes = createHashQueue({ workers: 1 });
  t.after(() => hashes.close());
  const hash = await hashes.hash('correct horse');
  assert.match(hash, new RegExp(`^\\$argon2id\\$v=19\\$m=${HASH_PARAMETERS.memoryKiB},t=2,p=1\\$`));
  assert.equal(isOutdated(hash), false);
  assert.ok(HASH_PARAMETERS.memoryKiB >= 19_456 && HASH_PARAMETERS.passes >= 2, "OWASP's floor");
  assert.equal(await hashes.verify('correct horse', hash), true);
  assert.equal(await hashes.verify('correct horsf', hash), false);
  assert.notEqual(await hashes.hash('correct horse'), hash, 'salted');
  assert.equal(hashes.counts().started, 4);
});

test('long passwords are not cut', async (t) => {
  const hashes = createHashQueue({ workers: 1 });
  t.after(() => hashes.close());
  const long = 'x'.repeat(1023);
  const hash = await hashes.hash(`${long}a`);
  assert.equal(await hashes.verify(`${long}b`, hash), false);
});

/** A bcrypt hash of cost 11: some 140 ms for one worker. */
const SLOW = '$2b$11$abcdefghijklmnopqrstuuV91QMvTz3Qdvoi.KNP2/KHKEAmosNoe';

test('never more jobs run than there are workers, never more wait than may: the rest is refused at once', async (t) => {
  const hashes = createHashQueue({ workers: 2, maxWaiting: 4 });
  t.after(() => hashes.close());
  const jobs = Promise.allSettled(Array.from({ length: 20 }, (_, n) => hashes.hash('p', `source ${n % 2}`)));
  assert.deepEqual(hashes.counts(), { started: 2, running: 2, waiting: 4, refused: 14, threads: 2 });
  const results = await jobs;
  assert.equal(results.filter((result) => result.status === 'fulfilled').length, 6);
  for (const result of results)
    if (result.status === 'rejected') assert.ok(result.reason instanceof HashQueueOverloaded);
  assert.deepEqual(hashes.counts(), { started: 6, running: 0, waiting: 0, refused: 14, threads: 2 });
});

test('threads that are to be left are left, all but one, from the next job on', async (t) => {
  let leave = 0;
  const hashes = createHashQueue({ workers: 2, leave: () => leave });
  t.after(() => hashes.close());
  const most = async (): Promise<number> => {
    let most = 0;
    const jobs = Array.from({ length: 6 }, (_, n) =>
      hashes.verify('p', SLOW, `${n}`, {
        onStart: () => setImmediate(() => (most = Math.max(most, hashes.counts().running))),
      }),
    );
    await Promise.all(jobs);
    return most;
  };
  assert.equal(await most(), 2);
  leave = 1;
  assert.equal(await most(), 1);
  leave = 2;
  assert.equal(await most(), 1, 'not even they keep logins out');
  leave = 0;
  assert.equal(await most(), 2);
});

test('while it is to rest no hash begins after one, and whoever waits is told of a longer queue', async (t) => {
  let rest = 100_000;
  const hashes = createHashQueue({ workers: 1, maxWaitMs: 60_000, rest: () => rest });
  t.after(() => hashes.close());
  const first = hashes.verify('p', SLOW, 'a');
  const second = hashes.verify('p', SLOW, 'b');
  await first;
  // The turn in which the next one would have begun.
  await new Promise(setImmediate);
  const { started, waiting, running } = hashes.counts();
  assert.deepEqual({ started, waiting, running }, { started: 1, waiting: 1, running: 0 });
  assert.equal(hashes.refuseEarly('c'), 60);
  rest = 0;
  assert.equal(hashes.refuseEarly('c'), undefined);
  await hashes.verify('p', SLOW, 'c');
  await second;
  assert.equal(hashes.counts().started, 3);
});

test('where hashes are slow the rest is no longer: a few logins are no crowd', async (t) => {
  const hashes = createHashQueue({ workers: 1, maxWaitMs: 10_000, rest: () => 100 });
  t.after(() => hashes.close());
  // Some 140 ms, a hundred times of which would be longer than anybody may wait.
  await hashes.verify('p', SLOW, 'a');
  const second = assert.rejects(hashes.verify('p', SLOW, 'b'), 'the queue is closed before');
  assert.equal(hashes.counts().waiting, 1);
  assert.equal(hashes.refuseEarly('c'), undefined);
  await hashes.close();
  await second;
});

test('one source has half of the queue, however empty the rest is', async (t) => {
  const hashes = createHashQueue({ workers: 1, maxWaiting: 6 });
  t.after(() => hashes.close());
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => hashes.hash('p', 'crowd')));
  assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1 + 3);
});

test('a flood from one source delays the job of another by two hashes at most', async (t) => {
  const hashes = createHashQueue({ workers: 1, maxWaiting: 2000 });
  t.after(() => hashes.close());
  let floodDone = 0;
  const hash = await hashes.hash('p');
  const flood = Array.from({ length: 1000 }, () =>
    hashes.verify('q', hash, 'flood').then(
      () => {
        floodDone += 1;
      },
      () => {},
    ),
  );
  assert.equal(await hashes.verify('p', hash, 'owner'), true);
  assert.ok(floodDone <= 2, `${floodDone} of the flood came first`);
  assert.equal(flood.length, 1000);
});

test('however many strangers wait, who is known comes in, and is served in every second turn', async (t) => {
  const hashes = createHashQueue({
    workers: 1,
    maxWaiting: 50,
    // However slow the machine: it is the room that is short, not the time.
    maxWaitMs: 60_000,
    parameters: HASH_PARAMETERS,
    isKnown: (source) => source === 'owner',
  });
  t.after(() => hashes.close());
  const hash = await hashes.hash('p');
  let [done, refused] = [0, 0];
  // One job of each source: there is nobody in whose place another one could come in.
  const strangers = Array.from({ length: 300 }, (_, n) =>
    hashes.verify('q', hash, `stranger ${n}`).then(
      () => {
        done += 1;
      },
      () => {
        refused += 1;
      },
    ),
  );
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(refused, 300 - 51);
  assert.ok('retryAfter' in hashes.expect('one more'));
  assert.ok('forget' in hashes.expect('owner'));
  assert.equal(hashes.refuseEarly('owner'), undefined);
  const own = [hashes.verify('p', hash, 'owner'), hashes.verify('p', hash, 'owner')];
  assert.deepEqual(await Promise.all(own), [true, true]);
  assert.ok(done <= 4, `${done} strangers came first`);
  await Promise.all(strangers);
});

test('who is expected and does not come, counts no longer after a second', async (t) => {
  const hashes = createHashQueue({ workers: 1, maxWaiting: 4 });
  t.after(() => hashes.close());
  for (let n = 0; n < 8; n += 1) assert.ok('forget' in hashes.expect(`source ${n}`));
  assert.ok('retryAfter' in hashes.expect('one more'));
  const begin = performance.now();
  while ('retryAfter' in hashes.expect('one more')) {
    assert.ok(performance.now() - begin < 10_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

test('a job that waited past its deadline is refused when its time is up, without being hashed', async (t) => {
  const hashes = createHashQueue({ workers: 1, maxWaitMs: 40 });
  t.after(() => hashes.close());
  await hashes.hash('the worker has started');
  const slow = hashes.verify('p', SLOW, 'a');
  const begin = performance.now();
  const late = await hashes.hash('b', 'b').then(
    () => undefined,
    (error: unknown) => error,
  );
  const waited = performance.now() - begin;
  assert.ok(late instanceof HashQueueOverloaded);
  assert.equal(hashes.counts().running, 1, 'the slow one still runs: its turn had not come');
  assert.ok(waited >= 39, `${waited} ms`);
  await slow;
  assert.deepEqual(hashes.counts(), { started: 2, running: 0, waiting: 0, refused: 1, threads: 1 });
});

test('whoever would be refused at once is told so before anything is done for them', async (t) => {
  const hashes = createHashQueue({ workers: 1, maxWaiting: 2 });
  t.after(() => hashes.close());
  assert.equal(hashes.refuseEarly('a'), undefined);
  const jobs = Promise.allSettled(Array.from({ length: 3 }, (_, n) => hashes.hash('p', `source ${n}`)));
  for (const source of ['source 1', 'source 9']) assert.equal(hashes.refuseEarly(source), 1);
  assert.deepEqual(hashes.counts(), { started: 1, running: 1, waiting: 2, refused: 2, threads: 1 });
  await jobs;
  assert.equal(hashes.refuseEarly('source 9'), undefined);
});

test('whoever is refused is told how long the queue will take', async (t) => {
  const hashes = createHashQueue({ workers: 1, maxWaiting: 40, maxWaitMs: 60_000 });
  t.after(() => hashes.close());
  await hashes.hash('the worker has started');
  const begin = performance.now();
  for (let n = 0; n < 8; n++) await hashes.verify('p', SLOW);
  const each = (performance.now() - begin) / 8;
  const waiting = Array.from({ length: 41 }, (_, n) => hashes.verify('p', SLOW, `source ${n % 4}`));
  const refusal = await hashes.verify('p', SLOW, 'source 0').catch((error: unknown) => error);
  assert.ok(refusal instanceof HashQueueOverloaded, String(refusal));
  const seconds = (40 * each) / 1000;
  assert.ok(
    Math.abs(refusal.retryAfter - seconds) <= 1 + seconds / 4,
    `${refusal.retryAfter} not ${seconds}`,
  );
  // Nobody waits for these: what has not begun is refused when the queue closes, and what runs is given up.
  for (const job of waiting) job.catch(() => {});
});

test('a job that would wait too long by all that is known is refused at once', async (t) => {
  const hashes = createHashQueue({ workers: 1, maxWaitMs: 300 });
  t.after(() => hashes.close());
  for (let n = 0; n < 8; n++) await hashes.verify('p', SLOW);
  const before = hashes.counts().refused;
  const jobs = Promise.allSettled(Array.from({ length: 40 }, () => hashes.verify('p', SLOW, 'a')));
  // Nothing has been waited for yet.
  assert.ok(hashes.counts().refused - before >= 35, `${hashes.counts().refused - before} refused`);
  assert.ok((await jobs).filter((result) => result.status === 'rejected').length >= 35);
  assert.ok(hashes.counts().started <= 8 + 5);
});

test('a hash that can not be read rejects, and the worker lives on', async (t) => {
  const hashes = createHashQueue({ workers: 1 });
  t.after(() => hashes.close());
  await assert.rejects(hashes.verify('p', 'not a hash'));
  assert.match(await hashes.hash('p'), /^\$argon2id/);
});

test('other parameters make other hashes, and what was made before is outdated then', async (t) => {
  const before = createHashQueue({ workers: 1 });
  const parameters = { memoryKiB: 20 * 1024, passes: 3, lanes: 1 };
  const hashes = createHashQueue({ workers: 1, parameters });
  t.after(() => Promise.all([before.close(), hashes.close()]));
  const [old, fresh] = [await before.hash('p'), await hashes.hash('p')];
  assert.match(fresh, /^\$argon2id\$v=19\$m=20480,t=3,p=1\$/);
  assert.deepEqual([hashes.isOutdated(old), hashes.isOutdated(fresh)], [true, false]);
  assert.equal(await hashes.verify('p', old), true);
});

test('as many workers are started as are needed, at the lowest priority, and the main thread keeps its own', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const hashes = createHashQueue({ workers: 2 });
  t.after(() => hashes.close());
  const niceOf = (thread: string) =>
    Number(readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(') ')[1]?.split(' ')[16]);
  const workers = () => readdirSync('/proc/self/task').filter((thread) => niceOf(thread) === 19).length;
  const before = workers();
  await hashes.hash('a');
  await hashes.hash('b');
  assert.equal(workers() - before, 1, 'one after the other');
  await Promise.all(['a', 'b', 'c'].map((password) => hashes.hash(password)));
  assert.equal(workers() - before, 2, 'at once');
  assert.notEqual(niceOf(String(process.pid)), 19);
});
