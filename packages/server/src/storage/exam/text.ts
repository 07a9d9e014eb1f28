import assert from 'node:assert/strict';
import { fact, type OpenRoom } from './room.ts';
import { act, addToken, addUser, isLiving, randomName, sampleToken, sampleUser } from './samples.ts';

const loneSurrogate = 'a\ud800b';
const itsReplacement = 'a\ufffdb';
const nul = 'a\0b';

export function examineText(open: OpenRoom): void {
  fact('text comes back exactly', open, async (store) => {
    const texts = [
      'é',
      'e\u0301',
      '\u{1f600}',
      "'; DROP TABLE users; --",
      '\ufeff',
      ' \t\n',
      '"',
      '\\',
      '\x7f',
      '?',
    ];
    for (const text of [...texts, itsReplacement, 'x'.repeat(100_000)]) {
      const user = await addUser(store, { email: text, canonicalEmail: `${text}${randomName()}` });
      const token = await addToken(store, user, { name: text, keyId: text });
      await store.setPassword(user.id, { newHash: text, keepTokenId: token.id }, act);
      const expected = { token, user: { ...user, passwordHash: text } };
      assert.deepEqual(await store.findToken([token.digest]), expected);
      await store.endToken(token.id, 'logout', { ...act, requestId: text });
      assert.equal((await store.findEndedToken(token.id))?.ended.requestId, text);
    }
  });

  fact('text with a lone surrogate or NUL is refused and leaves nothing behind', open, async (store) => {
    const user = await addUser(store);
    const token = await addToken(store, user);
    for (const text of [loneSurrogate, nul]) {
      for (const field of ['id', 'email', 'canonicalEmail', 'passwordHash']) {
        await assert.rejects(store.createUser(sampleUser({ [field]: text }), act), TypeError, field);
      }
      for (const field of ['id', 'keyId', 'name']) {
        const bad = sampleToken(user, { [field]: text });
        await assert.rejects(store.issueToken(bad, user.passwordHash, act), TypeError, field);
        assert.equal(await isLiving(store, bad), false);
      }
      const email = { email: 'x', canonicalEmail: text };
      await assert.rejects(store.createUser(sampleUser({ groups: ['a', text] }), act), TypeError);
      await assert.rejects(store.modifyUser(user.id, { groups: [text] }, act), TypeError);
      const all = { cause: 'revoked' } as const;
      await assert.rejects(store.endTokens(user.id, all, { ...act, requestId: text }), TypeError);
      await assert.rejects(store.modifyUser(user.id, { email }, act), TypeError);
      await assert.rejects(store.setPassword(user.id, { newHash: text }, act), TypeError);
      await assert.rejects(store.endToken(token.id, 'logout', { ...act, requestId: text }), TypeError);
      await assert.rejects(store.endToken(token.id, 'logout', { ...act, actor: text }), TypeError);
      await assert.rejects(store.rememberDigestKeys(new Map([[text, new Uint8Array(1)]]), act), TypeError);
    }
    assert.deepEqual(await store.listUsers({ after: '', limit: 10 }), [user]);
    assert.equal(await isLiving(store, token), true);
  });

  fact('text that cannot be stored matches nothing', open, async (store) => {
    const stored = { id: itsReplacement, canonicalEmail: itsReplacement, passwordHash: itsReplacement };
    const user = await addUser(store, stored);
    await addToken(store, user, { id: itsReplacement });
    for (const text of [loneSurrogate, nul]) {
      assert.equal(await store.findUser(text), undefined);
      assert.equal(await store.findUserByEmail(text), undefined);
      assert.equal(await store.findEndedToken(text), undefined);
      assert.equal(await store.modifyUser(text, { disabled: true }, act), 'not_found');
      assert.equal(await store.deleteUser(text, act), 'not_found');
      assert.equal(await store.endToken(text, 'logout', act), 'not_found');
      assert.deepEqual(await store.endTokens(text, { cause: 'revoked' }, act), { ended: 0 });
      assert.equal(await store.findTokenById(text), undefined);
      assert.deepEqual(await store.listTokens(text, { after: null, limit: 10 }), []);
      assert.deepEqual(await store.listEndedTokens(text, 10), []);
      assert.equal(await store.issueToken(sampleToken({ ...user, id: text }), text, act), 'stale');
      assert.equal(await store.issueToken(sampleToken(user), text, act), 'stale');
      assert.equal(await store.upgradePasswordHash(user.id, text, 'x', act), false);
      const password = { newHash: 'x', expectedHash: text };
      assert.equal(await store.setPassword(user.id, password, act), 'changed_meanwhile');
    }
    assert.deepEqual(await store.findUser(user.id), user);
  });

  fact(
    'times that are not whole milliseconds and scopes that are not tokens are refused',
    open,
    async (store) => {
      const user = await addUser(store);
      for (const time of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
        await assert.rejects(store.createUser(sampleUser({ created: time }), act), TypeError);
        await assert.rejects(store.createUser(sampleUser({ expiry: time }), act), TypeError);
        await assert.rejects(store.modifyUser(user.id, { expiry: time }, act), TypeError);
        await assert.rejects(store.forgetEndedTokens(time, 1), TypeError);
        const policy = { maxAge: null, idleTimeout: null };
        await assert.rejects(store.sweepTokens(policy, { ...act, time }, 1), TypeError);
        await assert.rejects(store.sweepTokens({ ...policy, maxAge: time }, act, 1), TypeError);
        await assert.rejects(store.sweepTokens({ ...policy, idleTimeout: time }, act, 1), TypeError);
        await assert.rejects(
          store.issueToken(sampleToken(user, { expiry: time }), user.passwordHash, act),
          TypeError,
        );
      }
      for (const scope of ['', 'a b', 'a"b', 'a\\b', 'é', 'a\n']) {
        const token = sampleToken(user, { scopes: ['read', scope] });
        await assert.rejects(
          store.issueToken(token, user.passwordHash, act),
          TypeError,
          JSON.stringify(scope),
        );
      }
      assert.deepEqual(await store.listUsers({ after: '', limit: 10 }), [user]);
    },
  );

  fact('a call that fails half-way has done nothing', open, async (store) => {
    await addUser(store, { admin: true });
    const user = await addUser(store);
    const token = await addToken(store, user);
    const good = sampleToken(user);
    // The token's end can't be recorded under this name, so the change that comes with it must not stand.
    const badAct = { ...act, requestId: nul };
    const keys = new Map([
      ['a', new Uint8Array(1)],
      [nul, new Uint8Array(1)],
    ]);
    const answers = await Promise.allSettled([
      store.setPassword(user.id, { newHash: 'new' }, badAct),
      store.modifyUser(user.id, { disabled: true }, badAct),
      store.modifyUser(user.id, { expiry: act.time }, badAct),
      store.deleteUser(user.id, badAct),
      store.rememberDigestKeys(keys, act),
      store.issueToken(good, user.passwordHash, act),
    ]);
    assert.deepEqual(
      answers.map((answer) => answer.status),
      [...Array(5).fill('rejected'), 'fulfilled'],
    );
    assert.deepEqual(await store.findToken([token.digest]), { token, user });
    assert.deepEqual(await store.findToken([good.digest]), { token: good, user });
    assert.deepEqual(await store.rememberDigestKeys(new Map(), act), []);
  });

  fact('a call that fails does not take the calls beside it down', open, async (store) => {
    const user = await addUser(store);
    const calls = Array.from({ length: 30 }, (_, n) => {
      const token = sampleToken(user, n % 3 === 0 ? { name: nul } : {});
      return { token, isGood: n % 3 !== 0, answer: store.issueToken(token, user.passwordHash, act) };
    });
    await Promise.allSettled(calls.map((call) => call.answer));
    for (const { token, isGood, answer } of calls) {
      if (isGood) assert.equal(await answer, 'issued');
      else await assert.rejects(answer, TypeError);
      assert.equal(await isLiving(store, token), isGood);
    }
  });
}
