import assert from 'node:assert/strict';
import type { TokenUse } from '../records.ts';
import { fact, type OpenRoom } from './room.ts';
import { act, addToken, addUser, now, sampleToken } from './samples.ts';

const use = (time: number, fields: Partial<TokenUse> = {}): TokenUse => ({
  time,
  ip: '192.0.2.1',
  activity: null,
  userAgent: null,
  ...fields,
});

export function examineUses(open: OpenRoom): void {
  fact('the last use comes back as it was, and no older one replaces it', open, async (store) => {
    const user = await addUser(store);
    const [token, other] = [await addToken(store, user), await addToken(store, user)];
    const lastUse = async () => (await store.findTokenById(token.id))?.lastUsed;
    const uses = [
      // A clock may have been set back since the token was made.
      use(now - 1000),
      use(now, { ip: '2001:db8::1', activity: 'naïve \u{1f600}', userAgent: 'x'.repeat(300) }),
      use(now + 1, { ip: '', activity: '', userAgent: '' }),
    ];
    for (const newer of uses) {
      await store.recordUses(new Map([[token.id, newer]]));
      assert.deepEqual(await lastUse(), newer);
      await store.recordUses(new Map([[token.id, use(newer.time - 1, { ip: 'older' })]]));
      assert.deepEqual(await lastUse(), newer);
    }
    assert.equal((await store.findTokenById(other.id))?.lastUsed, null);
    await store.recordUses(new Map());
  });

  fact(
    'uses of tokens that ended or never were are passed over, those beside them kept',
    open,
    async (store) => {
      const user = await addUser(store);
      const [token, ended] = [await addToken(store, user), await addToken(store, user)];
      await store.endToken(ended.id, 'logout', act);
      const unknown = sampleToken(user);
      const uses = [ended.id, 'a\0b', 'a\ud800', unknown.id, token.id].map((id) => [id, use(now)] as const);
      await store.recordUses(new Map(uses));
      assert.deepEqual((await store.findTokenById(token.id))?.lastUsed, use(now));
      assert.equal(await store.findTokenById(ended.id), undefined);
      // Nothing waits for a token of that name.
      await store.issueToken(unknown, user.passwordHash, act);
      assert.deepEqual(await store.findTokenById(unknown.id), { token: unknown, user, lastUsed: null });
    },
  );

  fact('a last use goes with its token: the next one made is unused', open, async (store) => {
    const user = await addUser(store);
    for (let n = 0; n < 3; n += 1) {
      const token = await addToken(store, user);
      assert.equal((await store.findTokenById(token.id))?.lastUsed, null);
      await store.recordUses(new Map([[token.id, use(now)]]));
      await store.endToken(token.id, 'logout', act);
    }
  });

  fact('uses that cannot be stored are refused whole', open, async (store) => {
    const user = await addUser(store);
    const [one, two] = [await addToken(store, user), await addToken(store, user)];
    for (const bad of [
      use(1.5),
      use(Number.NaN),
      use(now, { ip: 'a\0' }),
      use(now, { activity: '\ud800' }),
      use(now, { userAgent: '\udc00' }),
    ]) {
      const uses = new Map([
        [one.id, use(now)],
        [two.id, bad],
      ]);
      await assert.rejects(store.recordUses(uses), TypeError);
      assert.equal((await store.findTokenById(one.id))?.lastUsed, null);
    }
  });

  fact('of uses recorded through two stores at once the newest stays', open, async (store, room) => {
    const stores = [store, await room.openAnother()];
    const user = await addUser(store);
    const token = await addToken(store, user);
    const times = Array.from({ length: 60 }, (_, n) => now + ((n * 37) % 60));
    await Promise.all(times.map((time, n) => stores[n % 2]?.recordUses(new Map([[token.id, use(time)]]))));
    assert.equal((await store.findTokenById(token.id))?.lastUsed?.time, now + 59);
  });
}
