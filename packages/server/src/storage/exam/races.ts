import assert from 'node:assert/strict';
import type { TokenRecord } from '../records.ts';
import type { Store } from '../store.ts';
import { type ExamRoom, fact, type OpenRoom } from './room.ts';
import {
  act,
  addAdmin,
  addToken,
  addUser,
  endCause,
  isLiving,
  now,
  sampleToken,
  sampleUser,
  tally,
} from './samples.ts';

/** Stores on the same database, and a way to spread calls over them. */
async function spread(room: ExamRoom, count = 3): Promise<(n: number) => Store> {
  const stores = [room.store];
  while (stores.length < count) stores.push(await room.openAnother());
  return (n) => stores[n % count] ?? room.store;
}

const many = (count: number) => Array.from({ length: count }, (_, n) => n);

export function examineRaces(open: OpenRoom): void {
  fact('a write that was answered is seen through every store at once', open, async (_store, room) => {
    const at = await spread(room);
    for (const n of many(30)) {
      const user = await addUser(at(n));
      const token = await addToken(at(n + 1), user);
      assert.deepEqual(await at(n + 2).findToken([token.digest]), { token, user });
      assert.equal(await at(n).endToken(token.id, 'logout', act), 'ended');
      assert.equal(await isLiving(at(n + 1), token), false);
      assert.equal(await isLiving(at(n + 2), token), false);
    }
  });

  fact('of many first users exactly one is created', open, async (store, room) => {
    const at = await spread(room);
    const answers = await Promise.all(many(30).map((n) => at(n).createFirstUser(sampleUser(), act)));
    assert.deepEqual(tally(answers), { created: 1, not_first: 29 });
    assert.equal((await store.listUsers({ after: '', limit: 10 })).length, 1);
  });

  fact('of many users with one e-mail exactly one is created or renamed to it', open, async (store, room) => {
    const at = await spread(room);
    const email = { email: 'One@x.org', canonicalEmail: 'one@x.org' };
    const others = await Promise.all(many(15).map((n) => addUser(at(n))));
    const answers = await Promise.all([
      ...others.map((user, n) => at(n).modifyUser(user.id, { email }, act)),
      ...many(15).map((n) => at(n).createUser(sampleUser(email), act)),
    ]);
    assert.equal(answers.filter((answer) => answer === 'email_taken').length, 29);
    assert.equal((await store.findUserByEmail('one@x.org'))?.email, 'One@x.org');
  });

  fact(
    'administrators who remove each other at once leave one able administrator',
    open,
    async (store, room) => {
      const at = await spread(room);
      for (const _round of many(10)) {
        await Promise.all(many(6).map((n) => addAdmin(at(n))));
        const before = await store.listUsers({ after: '', limit: 1000 });
        const able = before.filter((user) => user.admin && !user.disabled && user.expiry === null);
        await Promise.all(
          able.map((user, n) => {
            const changes = [{ disabled: true }, { admin: false }, { expiry: now + 10 }];
            const change = changes[n % 4];
            const victim = at(n);
            return change === undefined
              ? victim.deleteUser(user.id, act)
              : victim.modifyUser(user.id, change, act);
          }),
        );
        const after = await store.listUsers({ after: '', limit: 1000 });
        const left = after.filter((user) => user.admin && !user.disabled && user.expiry === null);
        assert.equal(left.length, 1);
      }
    },
  );

  fact('no login outlives a change of its user that ended the tokens', open, async (store, room) => {
    const at = await spread(room);
    for (const round of many(40)) {
      const user = await addUser(store);
      const tokens = many(9).map(() => sampleToken(user));
      const issue = (token: TokenRecord, n: number) => at(n).issueToken(token, user.passwordHash, act);
      const change = () => {
        const changer = at(round);
        if (round % 4 === 0) return changer.setPassword(user.id, { newHash: 'new' }, act);
        if (round % 4 === 1) return changer.modifyUser(user.id, { disabled: true }, act);
        if (round % 4 === 2) return changer.modifyUser(user.id, { expiry: act.time }, act);
        return changer.deleteUser(user.id, act);
      };
      const [before, after] = [tokens.slice(0, 4), tokens.slice(4)];
      const answers = before.map(issue);
      const changed = change();
      answers.push(...after.map(issue));
      await changed;
      const outcomes = await Promise.all(answers);
      for (const [n, token] of tokens.entries()) {
        assert.equal(await isLiving(store, token), false);
        assert.equal((await endCause(store, token)) !== undefined, outcomes[n] === 'issued');
      }
    }
  });

  fact(
    "ending all of a user's tokens while others are issued leaves only later ones",
    open,
    async (store, room) => {
      const at = await spread(room);
      const user = await addUser(store);
      let [issued, ended] = [0, 0];
      for (const round of many(20)) {
        const early = await Promise.all(many(4).map((n) => addToken(at(n), user)));
        const during = many(6).map(() => sampleToken(user));
        const answers = Promise.all([
          ...during.slice(0, 3).map((token, n) => at(n).issueToken(token, user.passwordHash, act)),
          at(round)
            .endTokens(user.id, { cause: 'revoked' }, act)
            .then((answer) => {
              ended += answer.ended;
            }),
          ...during.slice(3).map((token, n) => at(n).issueToken(token, user.passwordHash, act)),
        ]);
        await answers;
        issued += 10;
        for (const token of early) assert.equal(await endCause(store, token), 'revoked');
        for (const token of during) {
          assert.notEqual(await isLiving(store, token), (await endCause(store, token)) === 'revoked');
        }
        const living = await store.listTokens(user.id, { after: null, limit: 1000 });
        assert.equal(living.length, issued - ended, 'as many as were told');
      }
    },
  );

  fact('a token that many end at once ends once', open, async (store, room) => {
    const at = await spread(room);
    const user = await addUser(store);
    const token = await addToken(store, user);
    const answers = await Promise.all(many(30).map((n) => at(n).endToken(token.id, 'logout', act)));
    assert.deepEqual(tally(answers), { ended: 1, not_found: 29 });
  });

  fact('of many password changes from the same hash exactly one is set', open, async (store, room) => {
    const at = await spread(room);
    const user = await addUser(store);
    const passwords = many(30).map((n) => ({ newHash: `new ${n}`, expectedHash: user.passwordHash }));
    const answers = await Promise.all(passwords.map((it, n) => at(n).setPassword(user.id, it, act)));
    assert.deepEqual(tally(answers), { set: 1, changed_meanwhile: 29 });
    const winner = passwords[answers.indexOf('set')];
    assert.equal((await store.findUser(user.id))?.passwordHash, winner?.newHash);
  });

  fact('a stronger hash never replaces a changed password', open, async (store, room) => {
    const at = await spread(room);
    for (const n of many(30)) {
      const user = await addUser(store);
      const upgrade = at(n).upgradePasswordHash(user.id, user.passwordHash, 'stronger', act);
      const change = at(n + 1).setPassword(user.id, { newHash: 'changed' }, act);
      await Promise.all([upgrade, change]);
      assert.equal((await store.findUser(user.id))?.passwordHash, 'changed');
    }
  });

  fact('hundreds of writes at once are all answered and all there', open, async (store, room) => {
    const at = await spread(room);
    const user = await addUser(store);
    const tokens = await Promise.all(many(600).map((n) => addToken(at(n), user)));
    const ended = tokens.filter((_, n) => n % 2 === 0);
    await Promise.all(ended.map((token, n) => at(n).endToken(token.id, 'logout', act)));
    for (const [n, token] of tokens.entries()) assert.equal(await isLiving(at(n), token), n % 2 === 1);
  });
}
