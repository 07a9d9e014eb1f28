import assert from 'node:assert/strict';
import type { Store } from '../store.ts';
import { FOREVER, type TryReserved, waitAfter } from '../throttle-store.ts';
import { fact, type OpenRoom } from './room.ts';
import { addUser, now } from './samples.ts';
import {
  fail,
  failTimes,
  type Guesser,
  keysOf,
  newPassword,
  refusedUntil,
  reserve,
  rules,
  settle,
  succeed,
} from './tries.ts';

const guesser = (store: Store, account: string, source = 'a stranger'): Guesser => ({
  store,
  account,
  source,
  user: undefined,
});

export function examineThrottle(open: OpenRoom): void {
  fact('tries whose process died are given back, and no others', open, async (store) => {
    const someone = guesser(store, 'somebody');
    await failTimes(someone, 2, now);
    for (let n = 0; n < 3; n++) await reserve(someone, newPassword(), now);
    assert.notEqual(await refusedUntil(someone), undefined, 'five are counted');
    assert.equal(await store.giveBackTries(now), 0, 'what was taken at that time may be under way');
    assert.equal(await store.giveBackTries(now + 1), 1);
    assert.equal(await store.giveBackTries(now + 1), 0);
    await failTimes(someone, 3, now);
    assert.notEqual(await refusedUntil(someone), undefined, 'the two that were settled still count');
  });

  fact('of 200 tries at once, also through two stores, five are admitted', open, async (store, room) => {
    const stores = [store, await room.openAnother()];
    for (const account of ['one', 'two', 'three']) {
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, n) =>
          (stores[n % 2] ?? store).reserveTry(keysOf(account, `source ${n}`, newPassword()), rules, now),
        ),
      );
      assert.equal(answers.filter(({ admitted }) => admitted).length, rules.freeFailures);
      for (const answer of answers) {
        if (!answer.admitted) assert.equal(answer.retryAt, now + rules.firstWait);
      }
    }
  });

  fact('waits grow from the first to the longest, and end at the very instant', open, async (store) => {
    const it = guesser(store, 'someone');
    await failTimes(it, rules.freeFailures);
    let time = now;
    for (const wait of [1_000, 2_000, 4_000, 6_000, 6_000, 6_000]) {
      for (const early of [0, 1, wait - 1]) assert.equal(await refusedUntil(it, time + early), time + wait);
      time += wait;
      await fail(it, newPassword(), time);
    }
    assert.equal(waitAfter(4, rules), 0);
  });

  fact('after the most failures in a row waiting does not help', open, async (store) => {
    const it = guesser(store, 'someone');
    await failTimes(it, rules.freeFailures);
    let time = now;
    for (let failures = rules.freeFailures; failures < rules.mostFailures; failures += 1) {
      time += rules.longestWait;
      await fail(it, newPassword(), time);
    }
    for (const later of [0, rules.longestWait, 1e12]) {
      assert.equal(await refusedUntil(it, time + later), FOREVER);
    }
    assert.equal(await refusedUntil(guesser(store, 'another'), time), undefined);
  });

  fact('a login forgets the failures before it', open, async (store) => {
    const user = await addUser(store);
    const it = { ...guesser(store, 'someone'), user };
    for (let round = 0; round < 3; round += 1) {
      await failTimes(it, rules.freeFailures - 1);
      await succeed(it);
    }
    assert.equal(await refusedUntil(it), undefined);
  });

  fact('an abandoned try was never made', open, async (store) => {
    const it = guesser(store, 'someone');
    await failTimes(it, rules.freeFailures - 1);
    for (let n = 0; n < 20; n += 1) await settle(it, await reserve(it, newPassword()), 'abandoned');
    const waiting = await Promise.all([reserve(it, newPassword())]);
    assert.equal(await refusedUntil(it), now + rules.firstWait, 'while it is under way it counts');
    for (const one of waiting) await settle(it, one, 'abandoned');
    assert.equal(await refusedUntil(it), undefined);
    await fail(it);
    assert.equal(await refusedUntil(it), now + rules.firstWait);
  });

  fact('the same wrong password counts once, one after another', open, async (store) => {
    const it = guesser(store, 'someone');
    for (let n = 0; n < 30; n += 1) await fail(it, 'the old one');
    await failTimes(it, rules.freeFailures - 2);
    assert.equal(await refusedUntil(it), undefined);
    for (let n = 0; n < 30; n += 1) await fail(it, 'the old one');
    assert.equal(await refusedUntil(it), undefined);
    await fail(it);
    assert.equal(await refusedUntil(it), now + rules.firstWait);
  });

  fact('the same wrong password counts once, also many at once', open, async (store, room) => {
    const stores = [store, await room.openAnother()];
    const user = await addUser(store);
    const it = { ...guesser(store, 'someone'), user };
    for (let round = 0; round < 10; round += 1) {
      const reserved: TryReserved[] = [];
      await Promise.all(
        Array.from({ length: 20 }, async (_, n) => {
          const at = { ...it, store: stores[n % 2] ?? store };
          const answer = await at.store.reserveTry(keysOf('someone', at.source, 'the old one'), rules, now);
          if (answer.admitted) reserved.push(answer);
        }),
      );
      assert.ok(reserved.length >= 1);
      await Promise.all(
        reserved.map((one, n) => settle({ ...it, store: stores[n % 2] ?? store }, one, 'failed')),
      );
    }
    assert.equal((await store.findUser(user.id))?.lockedUntil, null);
    await failTimes(it, rules.freeFailures - 2);
    assert.equal(await refusedUntil(it), undefined);
    await fail(it);
    assert.equal(await refusedUntil(it), now + rules.firstWait);
  });

  fact('a script with an old password does not stretch the wait of others', open, async (store) => {
    const [script, other] = [guesser(store, 'someone', 'a script'), guesser(store, 'someone', 'a person')];
    await fail(script, 'the old one');
    await failTimes(other, rules.freeFailures - 1);
    const end = now + rules.firstWait;
    assert.equal(await refusedUntil(other, now), end);
    await fail(script, 'the old one', end);
    assert.equal(await refusedUntil(other, end), undefined);
    for (let n = 0; n < 5; n += 1) await fail(script, 'the old one', end + n);
    await fail(other, newPassword(), end + 9);
    assert.equal(await refusedUntil(other, end + 10), end + 9 + 2 * rules.firstWait);
  });

  fact('eight wrong passwords are remembered, the latest', open, async (store) => {
    const it = guesser(store, 'someone');
    const failLater = async (password: string, n: number) => fail(it, password, now + n * rules.longestWait);
    for (let n = 0; n < 9; n += 1) await failLater(`p${n}`, n);
    // Of p0 nothing is known any more, so this is the tenth; p1 to p8, the last of them first, were seen.
    await failLater('p8', 10);
    await failLater('p2', 11);
    await failLater('p0', 12);
    await failLater('p2', 13);
    const time = now + 12 * rules.longestWait;
    assert.equal(await refusedUntil(it, time), time + rules.longestWait);
    await failLater('p1', 14);
    await failLater('q', 15);
    assert.equal(await refusedUntil(it, now + 100 * rules.longestWait), FOREVER);
  });
}
