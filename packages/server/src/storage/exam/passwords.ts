import assert from 'node:assert/strict';
import { fact, type OpenRoom } from './room.ts';
import { act, addToken, addUser, endCause, isLiving, now } from './samples.ts';

export function examinePasswords(open: OpenRoom): void {
  fact('a new password ends the tokens of its user and of nobody else', open, async (store) => {
    const user = await addUser(store);
    const other = await addUser(store);
    const tokens = [await addToken(store, user), await addToken(store, user, { expiry: now - 1 })];
    const untouched = await addToken(store, other);
    assert.equal(await store.setPassword(user.id, { newHash: 'new' }, act), 'set');
    assert.deepEqual(await store.findUser(user.id), { ...user, passwordHash: 'new' });
    for (const token of tokens) {
      assert.equal(await isLiving(store, token), false);
      assert.equal(await endCause(store, token), 'password_changed');
    }
    assert.equal(await isLiving(store, untouched), true);
  });

  fact('the token that changed the password is kept', open, async (store) => {
    const user = await addUser(store);
    const [kept, gone] = [await addToken(store, user), await addToken(store, user)];
    const password = { newHash: 'new', expectedHash: user.passwordHash, keepTokenId: kept.id };
    assert.equal(await store.setPassword(user.id, password, act), 'set');
    assert.equal(await isLiving(store, kept), true);
    assert.equal(await endCause(store, kept), undefined);
    assert.equal(await endCause(store, gone), 'password_changed');
  });

  fact("somebody else's token is no reason to keep one of the user's", open, async (store) => {
    const user = await addUser(store);
    const other = await addUser(store);
    const [own, foreign] = [await addToken(store, user), await addToken(store, other)];
    assert.equal(await store.setPassword(user.id, { newHash: 'new', keepTokenId: foreign.id }, act), 'set');
    assert.equal(await isLiving(store, own), false);
    assert.equal(await isLiving(store, foreign), true);
  });

  fact('a password is not set over one that changed meanwhile', open, async (store) => {
    const user = await addUser(store);
    const token = await addToken(store, user);
    const password = { newHash: 'new', expectedHash: `${user.passwordHash} ` };
    assert.equal(await store.setPassword(user.id, password, act), 'changed_meanwhile');
    assert.deepEqual(await store.findUser(user.id), user);
    assert.equal(await isLiving(store, token), true);
    assert.equal(await store.setPassword('nobody', { newHash: 'new' }, act), 'not_found');
  });

  fact('an upgraded hash ends nothing, and never undoes a password change', open, async (store) => {
    const user = await addUser(store);
    const token = await addToken(store, user);
    assert.equal(await store.upgradePasswordHash(user.id, user.passwordHash, 'stronger', act), true);
    assert.equal((await store.findUser(user.id))?.passwordHash, 'stronger');
    assert.equal(await isLiving(store, token), true);
    assert.equal(await store.upgradePasswordHash(user.id, user.passwordHash, 'late', act), false);
    assert.equal((await store.findUser(user.id))?.passwordHash, 'stronger');
    assert.equal(await store.upgradePasswordHash('nobody', 'a', 'b', act), false);
  });
}
