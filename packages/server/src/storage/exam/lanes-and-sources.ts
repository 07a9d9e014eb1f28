import assert from 'node:assert/strict';
import type { Store } from '../store.ts';
import { fact, type OpenRoom } from './room.ts';
import { act, addUser, now } from './samples.ts';
import { fail, failTimes, type Guesser, keysOf, newPassword, refusedUntil, rules, succeed } from './tries.ts';

const guesser = (store: Store, account: string, source = 'a stranger'): Guesser => ({
  store,
  account,
  source,
  user: undefined,
});

export function examineLanesAndSources(open: OpenRoom): void {
  fact(
    'a device that has logged in has tries of its own, and strangers do not use them up',
    open,
    async (store) => {
      const user = await addUser(store);
      const [known, stranger] = [
        { ...guesser(store, 'someone', 'home'), user },
        { ...guesser(store, 'someone', 'away'), user },
      ];
      await succeed(known);
      await failTimes(stranger, rules.freeFailures);
      assert.equal(await refusedUntil(stranger), now + rules.firstWait);
      assert.equal(await refusedUntil(guesser(store, 'someone', 'elsewhere')), now + rules.firstWait);
      assert.equal(await refusedUntil(known), undefined);
      await failTimes(known, rules.freeFailures);
      assert.equal(await refusedUntil(known), now + rules.firstWait);
      const later = now + rules.firstWait;
      await succeed(known, later);
      assert.equal(await refusedUntil(known, later), undefined, 'the lane is at zero');
      await fail(stranger, newPassword(), later);
      assert.equal(await refusedUntil(stranger, later), later + 2 * rules.firstWait, 'the account is not');
    },
  );

  fact('failures of a known device do not count against the account', open, async (store) => {
    const user = await addUser(store);
    const known = { ...guesser(store, 'someone', 'home'), user };
    await succeed(known);
    await failTimes(known, rules.freeFailures);
    assert.equal(await refusedUntil(guesser(store, 'someone', 'away')), undefined);
    assert.equal((await store.findUser(user.id))?.lockedUntil, null);
  });

  fact('a device is known for the lifetime of its lane, not at its end', open, async (store) => {
    const known = { ...guesser(store, 'someone', 'home'), user: await addUser(store) };
    await succeed(known);
    const end = now + rules.laneLifetime;
    await failTimes(guesser(store, 'someone', 'away'), rules.freeFailures, end - 2);
    assert.equal(await refusedUntil(known, end - 1), undefined);
    assert.equal(await refusedUntil(known, end), end - 2 + rules.firstWait);
  });

  fact('an account forgets its failures when a stranger knows the password', open, async (store) => {
    const user = await addUser(store);
    const [away, elsewhere] = [
      { ...guesser(store, 'someone', 'away'), user },
      { ...guesser(store, 'someone', 'elsewhere'), user },
    ];
    await failTimes(away, rules.freeFailures);
    const later = now + rules.firstWait;
    await succeed(elsewhere, later);
    assert.equal(await refusedUntil(away, later), undefined);
  });

  fact('a source has so many tries at once and regains one each period', open, async (store) => {
    const small = { ...rules, sourceBurst: 3, sourcePeriod: 100 };
    const reserveFrom = (source: string, time: number) =>
      store.reserveTry(keysOf(newPassword(), source), small, time);
    const refusal = (retryAt: number) => ({ admitted: false, retryAt, sourceRetryAt: retryAt });
    for (let n = 0; n < 3; n += 1) assert.equal((await reserveFrom('s', now)).admitted, true);
    for (const early of [0, 99]) {
      assert.deepEqual(await reserveFrom('s', now + early), refusal(now + 100));
    }
    assert.equal((await reserveFrom('s', now + 100)).admitted, true);
    assert.deepEqual(await reserveFrom('s', now + 100), refusal(now + 200));
    assert.equal((await reserveFrom('t', now)).admitted, true, 'another source');
    // Rested, it has three again and no more.
    for (let n = 0; n < 3; n += 1) assert.equal((await reserveFrom('s', now + 9_000)).admitted, true);
    assert.deepEqual(await reserveFrom('s', now + 9_000), refusal(now + 9_100));
  });

  fact(
    'a source has its try back after a login or when it was abandoned, not after a failure',
    open,
    async (store) => {
      const small = { ...rules, sourceBurst: 2, sourcePeriod: 100 };
      const user = await addUser(store);
      const tries = async (settleAs: 'succeeded' | 'failed' | 'abandoned', source: string) => {
        let admitted = 0;
        for (let n = 0; n < 10; n += 1) {
          const answer = await store.reserveTry(keysOf(newPassword(), source), small, now);
          if (!answer.admitted) break;
          admitted += 1;
          const reason = 'wrong_password';
          const outcome = { outcome: settleAs, userId: user.id, reason } as Parameters<Store['settleTry']>[1];
          await store.settleTry(answer, outcome, small, act);
        }
        return admitted;
      };
      assert.equal(await tries('succeeded', 'a'), 10);
      assert.equal(await tries('abandoned', 'b'), 10);
      assert.equal(await tries('failed', 'c'), 2);
    },
  );

  fact('200 tries at once from one source get its burst', open, async (store, room) => {
    const stores = [store, await room.openAnother()];
    const small = { ...rules, sourceBurst: 7 };
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        (stores[n % 2] ?? store).reserveTry(keysOf(`account ${n}`, 'flood'), small, now),
      ),
    );
    assert.equal(answers.filter(({ admitted }) => admitted).length, 7);
  });

  fact('when account and source refuse, the later of the two counts', open, async (store) => {
    const it = guesser(store, 'someone');
    await failTimes(it, rules.freeFailures);
    const keys = keysOf('someone', 'slow');
    const slow = { ...rules, sourceBurst: 1, sourcePeriod: 50_000 };
    assert.equal((await store.reserveTry(keysOf('another', 'slow'), slow, now)).admitted, true);
    assert.deepEqual(await store.reserveTry(keys, slow, now), {
      admitted: false,
      retryAt: now + 50_000,
      sourceRetryAt: now + 50_000,
    });
    const quick = { ...slow, sourcePeriod: 1 };
    assert.deepEqual(await store.reserveTry(keysOf('someone', 'quick'), quick, now), {
      admitted: false,
      retryAt: now + rules.firstWait,
      sourceRetryAt: null,
    });
    const both = { ...slow, sourcePeriod: 1_000 };
    const first = keysOf('one more', 'both');
    assert.equal((await store.reserveTry(first, both, now)).admitted, true);
    assert.deepEqual(await store.reserveTry(keysOf('someone', 'both'), both, now), {
      admitted: false,
      retryAt: now + rules.firstWait,
      sourceRetryAt: now + 1_000,
    });
  });

  fact('after a clock that was wrong by years nobody waits for years', open, async (store) => {
    const it = guesser(store, 'someone');
    const year = 365 * 86_400_000;
    await failTimes(it, rules.freeFailures, now + year);
    const one = { ...rules, sourceBurst: 1 };
    const keys = keysOf('another', 'one a year ahead');
    assert.equal((await store.reserveTry(keys, one, now + year)).admitted, true);
    assert.equal((await store.reserveTry(keys, one, now + year)).admitted, false);
    assert.equal((await store.reserveTry(keys, one, now)).admitted, true);
    assert.equal((await store.reserveTry(keys, one, now)).admitted, false, 'from now on it counts');
    // The clock of another node, some minutes behind, is no reason for more tries.
    const late = keysOf('a third', 'minutes ahead');
    const behind = now - rules.longestWait + rules.sourcePeriod;
    assert.equal((await store.reserveTry(late, one, now)).admitted, true);
    assert.equal((await store.reserveTry(late, one, behind)).admitted, false);
    assert.equal(await refusedUntil({ ...it, source: 'elsewhere' }), undefined);
    await fail({ ...it, source: 'elsewhere' });
    assert.equal(await refusedUntil({ ...it, source: 'elsewhere' }), now + 2 * rules.firstWait);
  });

  fact(
    'counters and lanes that say nothing any more are forgotten, the oldest first',
    open,
    async (store) => {
      const user = await addUser(store);
      for (let n = 0; n < 6; n += 1) await failTimes(guesser(store, `account ${n}`, `s${n}`), 5, now + n);
      await succeed({ ...guesser(store, 'at home', 'home'), user }, now + 50);
      // Sources: their buckets are full again half a second later.
      assert.equal(await store.forgetTries(now, 1000, 100), 0);
      assert.equal(await store.forgetTries(now + 3, 1000, 2), 2);
      assert.equal(await store.forgetTries(now + 3, 1000, 100), 1);
      assert.equal(await refusedUntil(guesser(store, 'account 2', 'x'), now + 9), undefined);
      assert.equal(await refusedUntil(guesser(store, 'account 3', 'x'), now + 9), now + 3 + rules.firstWait);
      // Beyond the most: of accounts 3, 4, 5 and the lane, two stay; of the sources that are not full, two as well.
      assert.ok((await store.forgetTries(now + 3, 2, 100)) >= 2);
      assert.equal(await refusedUntil(guesser(store, 'account 4', 'y'), now + 60), undefined);
      assert.equal(await refusedUntil(guesser(store, 'account 5', 'y'), now + 60), now + 5 + rules.firstWait);
      assert.ok((await store.forgetTries(now + 1_000_000, 1000, 100)) >= 2);
      assert.equal(await store.forgetTries(now + 1_000_000, 1000, 100), 0);
      assert.equal(await refusedUntil(guesser(store, 'account 5', 'z'), now + 60), undefined);
    },
  );

  fact('what is no time, or a batch outside 1 to 10,000, is a defect', open, async (store) => {
    for (const time of [1.5, Number.NaN, 2 ** 53]) {
      await assert.rejects(store.reserveTry(keysOf('a', 's'), rules, time), TypeError);
      await assert.rejects(store.forgetTries(time, 1, 1), TypeError);
    }
    for (const limit of [0, -1, 10_001, 1.5, Number.NaN]) {
      await assert.rejects(store.forgetTries(now, 1, limit), RangeError, String(limit));
    }
  });
}
