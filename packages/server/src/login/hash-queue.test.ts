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

test('never more jobs run than there are workers, never more wait than may: the rest is refused at once', async (t) => {
  const hashes = createHashQueue({ workers: 2, maxWaiting: 3 });
  t.after(() => hashes.close());
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => hashes.hash('p')));
  assert.equal(results.filter((result) => result.status === 'fulfilled').length, 5);
  for (const result of results)
    if (result.status === 'rejected') assert.ok(result.reason instanceof HashQueueOverloaded);
  assert.equal(hashes.counts().started, 5);
});

test('a job that waited past its deadline is refused without being hashed', async (t) => {
  const hashes = createHashQueue({ workers: 1, maxWaitMs: 5 });
  t.after(() => hashes.close());
  const results = await Promise.allSettled([hashes.hash('a'), hashes.hash('b')]);
  assert.deepEqual(
    results.map((result) => result.status),
    ['fulfilled', 'rejected'],
  );
  assert.equal(hashes.counts().started, 1);
});

test('a hash that can not be read rejects, and the worker lives on', async (t) => {
  const hashes = createHashQueue({ workers: 1 });
  t.after(() => hashes.close());
  await assert.rejects(hashes.verify('p', 'not a hash'));
  assert.match(await hashes.hash('p'), /^\$argon2id/);
});

test('the workers run at the lowest priority, and the main thread does not', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const hashes = createHashQueue({ workers: 2 });
  t.after(() => hashes.close());
  await Promise.all([hashes.hash('a'), hashes.hash('b')]);
  const niceOf = (thread: string) =>
    Number(readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(') ')[1]?.split(' ')[16]);
  const nice = readdirSync('/proc/self/task').map(niceOf);
  assert.equal(nice.filter((value) => value === 19).length >= 2, true, nice.join());
  assert.notEqual(niceOf(String(process.pid)), 19);
});
