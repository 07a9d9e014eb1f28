import assert from 'node:assert/strict';
import type { EndCause } from '../records.ts';
import { StoreUnavailable } from '../store.ts';
import { fact, type OpenRoom } from './room.ts';
import { act, addAdmin, addToken, addUser, endCause, isLiving, now, sampleUser } from './samples.ts';

export function examineEndings(open: OpenRoom): void {
  fact('an ended token is not found any more, and what is known of it has no digest', open, async (store) => {
    const user = await addUser(store);
    const token = await addToken(store, user, { name: 'laptop', scopes: ['read', 'write'] });
    assert.equal(await store.findEndedToken(token.id), undefined);
    assert.equal(await store.endToken(token.id, 'logout', act), 'ended');
    assert.equal(await isLiving(store, token), false);
    const { id, userId, name, created, expiry, scopes } = token;
    assert.deepEqual(await store.findEndedToken(token.id), {
      id,
      userId,
      name,
      created,
      expiry,
      scopes,
      ended: { ...act, cause: 'logout' },
    });
  });

  fact('every cause, actor and request is kept as given', open, async (store) => {
    const causes: EndCause[] = [
      'logout',
      'revoked',
      'expired',
      'idle',
      'limit',
      'policy',
      'keys_rotated',
      'restored',
    ];
    const user = await addUser(store);
    for (const cause of causes) {
      const token = await addToken(store, user, { expiry: null });
      assert.equal(await store.endToken(token.id, cause, { time: 7, actor: null, requestId: null }), 'ended');
      const ended = { time: 7, actor: null, requestId: null, cause };
      assert.deepEqual((await store.findEndedToken(token.id))?.ended, ended);
    }
  });

  fact('a token ends once, and only the one that is named', open, async (store) => {
    const user = await addUser(store);
    const [token, other] = [await addToken(store, user), await addToken(store, user)];
    assert.equal(await store.endToken(token.id, 'logout', act), 'ended');
    assert.equal(await store.endToken(token.id, 'revoked', act), 'not_found');
    assert.equal(await endCause(store, token), 'logout');
    assert.equal(await store.endToken('nothing', 'logout', act), 'not_found');
    assert.equal(await store.findEndedToken('nothing'), undefined);
    assert.equal(await isLiving(store, other), true);
  });

  fact('disabling, expiring and deleting a user ends its tokens with it', open, async (store) => {
    const cases = [
      { change: { disabled: true }, cause: 'user_disabled' },
      { change: { expiry: now }, cause: 'user_expired' },
      { change: { expiry: now - 1 }, cause: 'user_expired' },
      { change: { disabled: true, expiry: now }, cause: 'user_disabled' },
      { change: undefined, cause: 'user_deleted' },
    ];
    const bystander = await addToken(store, await addUser(store));
    for (const { change, cause } of cases) {
      const user = await addUser(store);
      const tokens = [await addToken(store, user), await addToken(store, user, { expiry: now - 9 })];
      if (change === undefined) await store.deleteUser(user.id, act);
      else await store.modifyUser(user.id, change, act);
      for (const token of tokens) {
        assert.equal(await isLiving(store, token), false);
        assert.equal(await endCause(store, token), cause);
      }
    }
    assert.equal(await isLiving(store, bystander), true);
  });

  fact('tokens live on through changes that take nothing away', open, async (store) => {
    const user = await addUser(store);
    const token = await addToken(store, user);
    const email = { email: 'b', canonicalEmail: 'b' };
    for (const change of [
      { email },
      { admin: true },
      { disabled: false },
      { expiry: null },
      { expiry: now + 1 },
      { groups: ['a'] },
    ]) {
      await store.modifyUser(user.id, change, act);
      assert.equal(await isLiving(store, token), true, JSON.stringify(change));
    }
  });

  fact('a refused change ends nothing', open, async (store) => {
    const admin = await addAdmin(store);
    const token = await addToken(store, admin);
    assert.equal(await store.modifyUser(admin.id, { disabled: true }, act), 'last_administrator');
    assert.equal(await store.deleteUser(admin.id, act), 'last_administrator');
    assert.equal(await isLiving(store, token), true);
    assert.equal(await store.findEndedToken(token.id), undefined);
  });

  fact('re-enabling or prolonging a user brings no token back', open, async (store) => {
    const user = await addUser(store);
    const token = await addToken(store, user);
    await store.modifyUser(user.id, { disabled: true }, act);
    await store.modifyUser(user.id, { disabled: false }, act);
    assert.equal(await isLiving(store, token), false);
    await addToken(store, user);
  });

  fact(
    "a user's tokens end together, those past their expiry too, and nobody else's",
    open,
    async (store) => {
      const [user, other] = [await addUser(store), await addUser(store)];
      const untouched = await addToken(store, other);
      const tokens = [await addToken(store, user), await addToken(store, user, { expiry: now - 1 })];
      assert.deepEqual(await store.endTokens(user.id, { cause: 'revoked' }, act), { ended: 2 });
      for (const token of tokens) {
        assert.equal(await isLiving(store, token), false);
        assert.deepEqual((await store.findEndedToken(token.id))?.ended, { ...act, cause: 'revoked' });
      }
      assert.deepEqual(await store.endTokens(user.id, { cause: 'revoked' }, act), { ended: 0 });
      assert.deepEqual(await store.endTokens('nobody', { cause: 'revoked' }, act), { ended: 0 });
      assert.equal(await isLiving(store, untouched), true);
      await addToken(store, user);
    },
  );

  fact("all of a user's tokens end but the one excepted, if it is the user's", open, async (store) => {
    const [user, other] = [await addUser(store), await addUser(store)];
    const [kept, gone, foreign] = [
      await addToken(store, user),
      await addToken(store, user),
      await addToken(store, other),
    ];
    const but = (exceptId: string) => store.endTokens(user.id, { cause: 'revoked', exceptId }, act);
    assert.deepEqual(await but(kept.id), { ended: 1 });
    assert.equal(await isLiving(store, kept), true);
    assert.equal(await endCause(store, gone), 'revoked');
    assert.deepEqual(await but(foreign.id), { ended: 1 });
    assert.equal(await isLiving(store, kept), false);
    assert.equal(await isLiving(store, foreign), true);
    for (const id of ['', 'nothing', 'a\0b', '\ud800']) {
      await addToken(store, user);
      assert.deepEqual(await but(id), { ended: 1 }, JSON.stringify(id));
    }
  });

  fact('a change of a user who had expired ends the tokens: nothing comes back', open, async (store) => {
    const email = { email: 'r', canonicalEmail: 'r' };
    const later = { ...act, time: now + 10 };
    for (const change of [
      { expiry: null },
      { expiry: now + 99 },
      { expiry: now + 5 },
      { email },
      { groups: ['a'] },
    ]) {
      const user = await addUser(store, { expiry: now + 10 });
      const token = await addToken(store, user, { expiry: null });
      const before = { ...act, time: now + 9 };
      await store.modifyUser(user.id, { admin: false }, before);
      assert.equal(await isLiving(store, token), true);
      await store.modifyUser(user.id, change, later);
      assert.equal(await isLiving(store, token), false, JSON.stringify(change));
      assert.deepEqual((await store.findEndedToken(token.id))?.ended, { ...later, cause: 'user_expired' });
    }
  });

  fact('close finishes what was accepted; later calls reject', open, async (store, room) => {
    const user = sampleUser();
    const accepted = store.createUser(user, act);
    const closed = store.close();
    assert.equal(await accepted, 'created');
    await closed;
    await assert.rejects(store.findUser(user.id), StoreUnavailable);
    await assert.rejects(store.createUser(sampleUser(), act), StoreUnavailable);
    await assert.rejects(store.ping(), StoreUnavailable);
    await store.close();
    const another = await room.openAnother();
    await another.ping();
    assert.deepEqual(await another.findUser(user.id), user);
  });
}
