import assert from 'node:assert/strict';
import type { TokenRecord, UserRecord } from '../records.ts';
import type { Store, TokenLimit } from '../store.ts';
import { fact, type OpenRoom } from './room.ts';
import { act, addToken, addUser, endCause, isLiving, now, sampleToken, tally } from './samples.ts';

const refuse = (most: number): TokenLimit => ({ most, action: 'refuse' });
const retire = (most: number): TokenLimit => ({ most, action: 'retire-oldest' });

function issue(store: Store, user: UserRecord, limit: TokenLimit, fields: Partial<TokenRecord> = {}) {
  const token = sampleToken(user, fields);
  const answer = store.issueToken(token, user.passwordHash, act, limit);
  return { token, answer };
}

async function livingIds(store: Store, user: UserRecord): Promise<string[]> {
  const list = await store.listTokens(user.id, { after: null, limit: 1000 });
  return list.map(({ token }) => token.id).sort();
}

export function examineLimits(open: OpenRoom): void {
  fact('at the limit a login is refused, and ends nothing that lives', open, async (store) => {
    const [user, other] = [await addUser(store), await addUser(store)];
    await addToken(store, other);
    const tokens: TokenRecord[] = [];
    for (const expected of ['issued', 'issued', 'too_many', 'too_many']) {
      const { token, answer } = issue(store, user, refuse(2));
      assert.equal(await answer, expected);
      assert.equal(await isLiving(store, token), expected === 'issued');
      assert.equal(await endCause(store, token), undefined);
      if (expected === 'issued') tokens.push(token);
    }
    assert.deepEqual(await livingIds(store, user), tokens.map(({ id }) => id).sort());
    await store.endToken(tokens[0]?.id ?? '', 'logout', act);
    assert.equal(await issue(store, user, refuse(2)).answer, 'issued');
    assert.equal(await issue(store, user, refuse(2)).answer, 'too_many');
  });

  fact('at the limit the oldest makes room, by its creation, then its id', open, async (store) => {
    const user = await addUser(store);
    const tokens: TokenRecord[] = [];
    for (const [created, id] of [
      [now + 2, 'c'],
      [now + 1, 'b'],
      [now + 1, 'a'],
    ] as const) {
      tokens.push(await addToken(store, user, { created, id, expiry: null }));
    }
    const left = ['c', 'b', 'a'];
    for (let n = 0; n < 3; n += 1) {
      const { token, answer } = issue(store, user, retire(3), { created: now + 3 + n, id: `n${n}` });
      assert.equal(await answer, 'issued');
      left.pop();
      left.unshift(token.id);
      assert.deepEqual(await livingIds(store, user), left.toSorted());
    }
    for (const token of tokens) {
      assert.deepEqual((await store.findEndedToken(token.id))?.ended, { ...act, cause: 'limit' });
    }
  });

  fact('a limit that was lowered is kept by the next login', open, async (store) => {
    const user = await addUser(store);
    for (let n = 0; n < 9; n += 1) await addToken(store, user, { created: now + n, id: `t${n}` });
    assert.equal(await issue(store, user, refuse(4)).answer, 'too_many');
    assert.equal((await livingIds(store, user)).length, 9);
    assert.equal(await issue(store, user, retire(4), { created: now + 9, id: 't9' }).answer, 'issued');
    assert.deepEqual(await livingIds(store, user), ['t6', 't7', 't8', 't9']);
    assert.equal(await issue(store, user, retire(1), { created: now + 10, id: 'u' }).answer, 'issued');
    assert.deepEqual(await livingIds(store, user), ['u']);
  });

  fact('tokens past their expiry do not count and are ended on the occasion', open, async (store) => {
    const [user, other] = [await addUser(store), await addUser(store)];
    const foreign = await addToken(store, other, { expiry: now });
    for (const limit of [refuse(3), retire(3)]) {
      const dead = [await addToken(store, user, { expiry: now }), await addToken(store, user, { expiry: 1 })];
      const living = [
        await addToken(store, user, { expiry: now + 1 }),
        await addToken(store, user, { expiry: null }),
      ];
      const { token, answer } = issue(store, user, limit);
      assert.equal(await answer, 'issued');
      for (const it of dead) assert.equal(await endCause(store, it), 'expired');
      for (const it of [...living, token]) assert.equal(await isLiving(store, it), true);
      await store.endTokens(user.id, { cause: 'revoked' }, act);
    }
    assert.equal(await isLiving(store, foreign), true);
  });

  fact('a stale login ends nothing, and a limit below 1 is a defect', open, async (store) => {
    const user = await addUser(store);
    const token = await addToken(store, user, { expiry: now });
    const rival = sampleToken(user);
    assert.equal(await store.issueToken(rival, 'another hash', act, retire(1)), 'stale');
    for (const most of [0, -1, 1.5, Number.NaN]) {
      await assert.rejects(issue(store, user, retire(most)).answer, RangeError, String(most));
    }
    assert.deepEqual(await livingIds(store, user), [token.id]);
  });

  for (const limit of [refuse(10), retire(10)]) {
    fact(
      `100 logins at once through two stores never make more than 10 living tokens (${limit.action}, 3 trials)`,
      open,
      async (_, room) => {
        const stores = [room.store, await room.openAnother()];
        const watcher = await room.openAnother();
        for (let trial = 0; trial < 3; trial += 1) {
          const user = await addUser(room.store);
          const logins = Array.from({ length: 100 }, (_login, n) =>
            issue(stores[n % 2] ?? watcher, user, limit),
          );
          let isOver = false;
          const answers = Promise.all(logins.map(({ answer }) => answer)).finally(() => {
            isOver = true;
          });
          let most = 0;
          do {
            most = Math.max(most, (await livingIds(watcher, user)).length);
            await new Promise((resolve) => setImmediate(resolve));
          } while (!isOver);
          assert.ok(most <= 10, `${most} living`);
          assert.equal((await livingIds(watcher, user)).length, 10);
          const expected = limit.action === 'refuse' ? { issued: 10, too_many: 90 } : { issued: 100 };
          assert.deepEqual(tally(await answers), expected);
        }
      },
    );
  }
}
