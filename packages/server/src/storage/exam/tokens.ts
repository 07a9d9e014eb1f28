import assert from 'node:assert/strict';
import { fact, type OpenRoom } from './room.ts';
import { act, addToken, addUser, isLiving, now, sampleToken } from './samples.ts';

export function examineTokens(open: OpenRoom): void {
  fact('a token is found by its digest, with its user', open, async (store) => {
    const user = await addUser(store);
    for (const fields of [
      {},
      { expiry: null, name: 'laptop' },
      { scopes: [] },
      { scopes: ['read', 'write:all', '!#~'] },
      { name: '' },
      { keyId: 'k2', expiry: now - 5 },
      { digest: new Uint8Array(32), seal: new Uint8Array(0) },
    ]) {
      const token = await addToken(store, user, fields);
      assert.deepEqual(await store.findToken([token.digest]), { token, user });
    }
  });

  fact('any of the digests finds the token, none finds none', open, async (store) => {
    const user = await addUser(store);
    const token = await addToken(store, user);
    const near = token.digest.slice();
    near[31] = (near[31] ?? 0) ^ 1;
    const missing = [new Uint8Array(32).fill(7), near];
    assert.equal((await store.findToken([...missing, token.digest]))?.token.id, token.id);
    assert.equal((await store.findToken([token.digest, ...missing]))?.token.id, token.id);
    assert.equal((await store.findToken([token.digest, token.digest]))?.token.id, token.id);
    assert.equal(await store.findToken(missing), undefined);
    assert.equal(await store.findToken([]), undefined);
    assert.equal(await store.findToken([token.digest.slice(0, 31)]), undefined);
    assert.equal(await store.findToken([new Uint8Array(0)]), undefined);
  });

  fact('a digest that is a view into a larger buffer is stored as what it shows', open, async (store) => {
    const user = await addUser(store);
    const pool = new Uint8Array(128).map((_, n) => n);
    const token = sampleToken(user, { digest: Buffer.from(pool.buffer, 32, 32), seal: pool.subarray(3, 7) });
    assert.equal(await store.issueToken(token, user.passwordHash, act), 'issued');
    const found = await store.findToken([pool.slice(32, 64)]);
    assert.deepEqual(found?.token.digest, pool.slice(32, 64));
    assert.deepEqual(found?.token.seal, pool.slice(3, 7));
  });

  fact('no token is issued on a login that became stale', open, async (store) => {
    const healthy = await addUser(store);
    const cases = [
      { user: { ...healthy, id: 'nobody' }, hash: healthy.passwordHash },
      { user: healthy, hash: 'another hash' },
      { user: healthy, hash: '' },
      { user: await addUser(store, { disabled: true }), hash: undefined },
      { user: await addUser(store, { expiry: now - 1 }), hash: undefined },
      { user: await addUser(store, { expiry: now }), hash: undefined },
    ];
    for (const { user, hash } of cases) {
      const token = sampleToken(user);
      assert.equal(await store.issueToken(token, hash ?? user.passwordHash, act), 'stale');
      assert.equal(await isLiving(store, token), false);
    }
    const lastMoment = await addUser(store, { expiry: now + 1 });
    await addToken(store, lastMoment);
  });

  fact(
    'a token id or digest that was used before is a defect, and the old one stays',
    open,
    async (store) => {
      const user = await addUser(store);
      const token = await addToken(store, user);
      const ended = await addToken(store, user);
      await store.endToken(ended.id, 'logout', act);
      for (const fields of [{ id: token.id }, { digest: token.digest }, { id: ended.id }]) {
        const rival = sampleToken(user, fields);
        await assert.rejects(store.issueToken(rival, user.passwordHash, act), { name: /^(?!StoreUnavail)/ });
      }
      assert.deepEqual((await store.findToken([token.digest]))?.token, token);
    },
  );

  fact(
    'digest keys are remembered as they first were, with whether tokens lean on them',
    open,
    async (store) => {
      const [one, two] = [new Uint8Array([1]), new Uint8Array([2, 2])];
      assert.deepEqual(await store.rememberDigestKeys(new Map(), act), []);
      await store.rememberDigestKeys(new Map([['a', one]]), act);
      const user = await addUser(store);
      const tokens = [
        await addToken(store, user, { keyId: 'b' }),
        await addToken(store, user, { keyId: 'b' }),
      ];
      const keys = new Map([
        ['a', two],
        ['b', two],
      ]);
      const byId = async () =>
        new Map((await store.rememberDigestKeys(keys, act)).map((key) => [key.keyId, key] as const));
      const expectedA = { keyId: 'a', fingerprint: one, used: false };
      const b = { keyId: 'b', fingerprint: two };
      const expect = async (used: boolean) =>
        assert.deepEqual(
          await byId(),
          new Map([
            ['a', expectedA],
            ['b', { ...b, used }],
          ] as const),
        );
      await expect(true);
      await store.endToken(tokens[0]?.id ?? '', 'logout', act);
      await expect(true);
      await store.deleteUser(user.id, act);
      await expect(false);
    },
  );
}
