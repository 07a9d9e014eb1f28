import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEvenHashQueue } from './even-time.ts';
import type { HashQueue } from './hash-queue.ts';
import { isOutdated } from './password.ts';

const CURRENT = '$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbi1ieXRlLXNsdA$AAAAAAAAAAAAAAAAAAAAAA';
const BCRYPT_5 = '$2b$05$abcdefghijklmnopqrstuuV91QMvTz3Qdvoi.KNP2/KHKEAmosNoe';
const BCRYPT_9 = BCRYPT_5.replace('$05$', '$09$');
const QUICK = '$pbkdf2-sha256$i=1000$c2l4dGVlbi1ieXRlLXNsdA$cwnz6LCB+LQ2hyV1wKHdY0ijvaB87vEPdXYFiJjCu5c';

/** Milliseconds a hash takes here. The right password is `right`. */
const TAKES: Record<string, number> = { [CURRENT]: 20, [BCRYPT_5]: 30, [BCRYPT_9]: 80, [QUICK]: 2 };

function fakeQueue(waitMs = 0): HashQueue & { verified: string[] } {
  const verified: string[] = [];
  return {
    verified,
    hash: async () => CURRENT,
    async verify(password, passwordHash, _source, { onStart } = {}) {
      await sleep(waitMs);
      onStart?.();
      verified.push(passwordHash);
      await sleep(TAKES[passwordHash]);
      return password === 'right';
    },
    refuseEarly: () => undefined,
    expect: () => ({ forget() {} }),
    expectLess() {},
    isOutdated: (passwordHash) => isOutdated(passwordHash),
    counts: () => ({ started: 0, refused: 0, waiting: 0, running: 0, threads: 1 }),
    close: async () => {},
  };
}

async function* of(...hashes: string[]): AsyncGenerator<string> {
  yield* hashes;
}

async function timeOf(work: Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work;
  return performance.now() - begin;
}

test('where all hashes are of today, a wrong password is answered as soon as it is known', async () => {
  const hashes = createEvenHashQueue(fakeQueue());
  await hashes.learn(of(CURRENT, CURRENT));
  TAKES[CURRENT] = 200; // were it remembered, it would hold the next one back
  await hashes.verify('wrong', CURRENT);
  TAKES[CURRENT] = 20;
  assert.ok((await timeOf(hashes.verify('wrong', CURRENT))) < 150);
});

test('where other kinds are present, all refusals come at one distance from the beginning of the hash', async () => {
  const hashes = createEvenHashQueue(fakeQueue());
  await hashes.learn(of(CURRENT, BCRYPT_5, QUICK, BCRYPT_9, BCRYPT_5));
  for (const hash of [CURRENT, BCRYPT_9, QUICK, BCRYPT_5, CURRENT]) {
    const time = await timeOf(hashes.verify('wrong', hash));
    assert.ok(time >= 80 * 1.4 && time < 80 * 3, `${hash} ${time}`);
  }
});

test('what is right is not held back, unless it is refused whatever it is', async () => {
  const hashes = createEvenHashQueue(fakeQueue());
  await hashes.learn(of(BCRYPT_9));
  assert.ok((await timeOf(hashes.verify('right', CURRENT))) < 100);
  const disabled = hashes.verify('right', CURRENT, '', { refused: true });
  assert.ok((await timeOf(disabled)) >= 80 * 1.4);
  assert.equal(await disabled, true);
});

test('the wait in the queue comes before the distance, whatever kind it is', async () => {
  const hashes = createEvenHashQueue(fakeQueue(70));
  await hashes.learn(of(BCRYPT_9));
  for (const hash of [CURRENT, BCRYPT_9]) {
    const time = await timeOf(hashes.verify('wrong', hash));
    assert.ok(time >= 70 + 80 * 1.4 && time < 70 + 80 * 3, `${hash} ${time}`);
  }
});

test('the first refusal after a start waits until the kinds are known', async () => {
  const hashes = createEvenHashQueue(fakeQueue());
  const learning = hashes.learn(
    (async function* () {
      await sleep(100);
      yield BCRYPT_9;
    })(),
  );
  assert.ok((await timeOf(hashes.verify('wrong', CURRENT))) >= 100 + 80);
  await learning;
});

test('of a family one of the slowest is measured, not each; and of none when all are of today', async () => {
  const queue = fakeQueue();
  const hashes = createEvenHashQueue(queue);
  await hashes.learn(of(CURRENT, CURRENT));
  assert.deepEqual(queue.verified, []);
  await hashes.learn(of(...Array.from({ length: 500 }, (_, n) => (n === 300 ? BCRYPT_9 : BCRYPT_5))));
  assert.deepEqual([...new Set(queue.verified)], [BCRYPT_9]);
  assert.equal(queue.verified.length, 2);
});

test('a kind that appears later is learned at its first sight, and forgotten when it is gone', async () => {
  const hashes = createEvenHashQueue(fakeQueue());
  await hashes.learn(of(CURRENT));
  await hashes.verify('wrong', BCRYPT_9);
  assert.ok((await timeOf(hashes.verify('wrong', CURRENT))) >= 80 * 1.4);
  await hashes.learn(of(CURRENT));
  assert.ok((await timeOf(hashes.verify('wrong', CURRENT))) < 100);
});

test('a database that can not be read is told of, and refusals are answered all the same', async () => {
  const hashes = createEvenHashQueue(fakeQueue());
  const learning = hashes.learn(
    // biome-ignore lint/correctness/useYield: it fails before
    (async function* () {
      throw new Error('locked');
    })(),
  );
  await assert.rejects(learning, /locked/);
  assert.equal(await hashes.verify('wrong', CURRENT), false);
});
