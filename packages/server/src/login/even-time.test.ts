import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createEvenHashQueue } from './even-time.ts';
import type { HashQueue } from './hash-queue.ts';
import { isOutdated } from './password.ts';

const CURRENT = '$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbi1ieXRlLXNsdA$AAAAAAAAAAAAAAAAAAAAAA';
const BCRYPT_5 = '$2b$05$abcdefghijklmnopqrstuuV91QMvTz3Qdvoi.KNP2/KHKEAmosNoe';
const BCRYPT_9 = BCRYPT_5.replace('$05$', '$09$');
const QUICK = '$pbkdf2-sha256$i=1000$c2l4dGVlbi1ieXRlLXNsdA$cwnz6LCB+LQ2hyV1wKHdY0ijvaB87vEPdXYFiJjCu5c';

/** Milliseconds a hash takes here. The right password is `right`. */
const TAKES: Record<string, number> = { [CURRENT]: 20, [BCRYPT_5]: 30, [BCRYPT_9]: 80, [QUICK]: 2 };

/** Time that passes when there is nothing to do but wait for it. */
function virtualTime() {
  const sleepers: { readonly due: number; readonly wake: () => void }[] = [];
  let time = 0;
  return {
    now: () => time,
    sleep: (ms = 0): Promise<void> =>
      new Promise((wake) => {
        sleepers.push({ due: time + ms, wake });
        sleepers.sort((a, b) => a.due - b.due);
      }),
    /** What the work comes to, and how long it takes. */
    async take<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
      const begin = time;
      let done = false;
      const end = () => {
        done = true;
      };
      work.then(end, end);
      for (await turn(); !done; await turn()) {
        const next = sleepers.shift();
        assert.ok(next, 'it will never end');
        time = next.due;
        next.wake();
      }
      return { value: await work, ms: time - begin };
    },
  };
}

function room(waitMs = 0) {
  const { now, sleep, take } = virtualTime();
  const verified: string[] = [];
  const queue: HashQueue = {
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
  const hashes = createEvenHashQueue(queue, { now, sleep });
  return {
    hashes,
    sleep,
    take,
    verified,
    learn: (...kinds: string[]) => take(hashes.learn(of(...kinds))),
    /** Milliseconds until the answer. */
    async verify(...job: Parameters<HashQueue['verify']>): Promise<number> {
      return (await take(hashes.verify(...job))).ms;
    },
  };
}

async function* of(...hashes: string[]): AsyncGenerator<string> {
  yield* hashes;
}

/** A half more than the slowest kind takes. */
const HELD = 120;

test('where all hashes are of today, a wrong password is answered as soon as it is known', async () => {
  const { learn, verify } = room();
  await learn(CURRENT, CURRENT);
  TAKES[CURRENT] = 200; // were it remembered, it would hold the next one back
  await verify('wrong', CURRENT);
  TAKES[CURRENT] = 20;
  assert.equal(await verify('wrong', CURRENT), 20);
});

test('where other kinds are present, all refusals come at one distance from the beginning of the hash', async () => {
  const { learn, verify } = room();
  await learn(CURRENT, BCRYPT_5, QUICK, BCRYPT_9, BCRYPT_5);
  for (const hash of [CURRENT, BCRYPT_9, QUICK, BCRYPT_5, CURRENT])
    assert.equal(await verify('wrong', hash), HELD, hash);
});

test('what is right is not held back, unless it is refused whatever it is', async () => {
  const { hashes, learn, take, verify } = room();
  await learn(BCRYPT_9);
  assert.equal(await verify('right', CURRENT), 20);
  const disabled = take(hashes.verify('right', CURRENT, '', { refused: true }));
  assert.deepEqual(await disabled, { value: true, ms: HELD });
});

test('the wait in the queue comes before the distance, whatever kind it is', async () => {
  const { learn, verify } = room(70);
  await learn(BCRYPT_9);
  for (const hash of [CURRENT, BCRYPT_9]) assert.equal(await verify('wrong', hash), 70 + HELD, hash);
});

test('nothing is held back for longer than three seconds, and a slow run is forgotten in the end', async () => {
  const { learn, verify } = room();
  await learn(BCRYPT_9);
  TAKES[BCRYPT_9] = 2_500;
  await verify('wrong', BCRYPT_9);
  TAKES[BCRYPT_9] = 80;
  assert.equal(await verify('wrong', CURRENT), 3_000);
  for (let n = 0; n < 16; n++) await verify('wrong', BCRYPT_9);
  assert.equal(await verify('wrong', CURRENT), HELD);
});

test('the first refusal after a start waits until the kinds are known, but no longer than five seconds', async () => {
  const { hashes, sleep, take, verify } = room();
  const late = (ms: number) =>
    hashes.learn(
      (async function* () {
        await sleep(ms);
        yield BCRYPT_9;
      })(),
    );
  const learning = late(100);
  // Then the kind is measured, twice, and what is left of its distance has passed since the hash began.
  assert.equal(await verify('wrong', CURRENT), 100 + 2 * 80);
  await learning;
  late(60_000);
  assert.equal(await verify('wrong', CURRENT), 5_000);
  await take(sleep(60_000));
});

test('of a family one of the slowest is measured, not each; and of none when all are of today', async () => {
  const { learn, verified } = room();
  await learn(CURRENT, CURRENT);
  assert.deepEqual(verified, []);
  await learn(...Array.from({ length: 500 }, (_, n) => (n === 300 ? BCRYPT_9 : BCRYPT_5)));
  assert.deepEqual(verified, [BCRYPT_9, BCRYPT_9]);
});

test('a kind that appears later is learned at its first sight, and forgotten when it is gone', async () => {
  const { learn, verify } = room();
  await learn(CURRENT);
  await verify('wrong', BCRYPT_9);
  assert.equal(await verify('wrong', CURRENT), HELD);
  await learn(CURRENT);
  assert.equal(await verify('wrong', CURRENT), 20);
});

test('a database that can not be read is told of, and refusals are answered all the same', async () => {
  const { hashes, verify } = room();
  const learning = hashes.learn(
    // biome-ignore lint/correctness/useYield: it fails before
    (async function* () {
      throw new Error('locked');
    })(),
  );
  await assert.rejects(learning, /locked/);
  assert.equal(await verify('wrong', CURRENT), 20);
});
