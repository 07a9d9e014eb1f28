import assert from 'node:assert/strict';
import type { Change, TokenRecord, WhatChanged } from '../records.ts';
import { type Store, StoreUnavailable } from '../store.ts';
import { fact, type OpenRoom } from './room.ts';
import { act, addAdmin, addToken, addUser, now, sampleToken, sampleUser } from './samples.ts';

/** What was changed, without when. */
function what(change: WhatChanged): string {
  if (change.kind === 'token') return `token ${change.tokenId}`;
  return change.kind === 'user' ? `user ${change.userId}` : 'all';
}

/** Everything after `seq`, by pages. */
async function readAll(store: Store, seq: number, limit = 1000): Promise<Change[]> {
  const all: Change[] = [];
  for (let after = seq; ; ) {
    const page = await store.changesAfter(after, limit);
    assert.ok(page.length <= limit);
    all.push(...page);
    const last = page.at(-1);
    if (last === undefined) return all;
    assert.ok(all.length < 2000, 'it comes to an end');
    after = last.seq;
  }
}

/** The changes that `work` leaves. */
async function changesOf(store: Store, work: () => Promise<unknown>): Promise<string[]> {
  const before = await store.latestChange();
  await work();
  const changes = await readAll(store, before);
  assert.equal(await store.latestChange(), changes.at(-1)?.seq ?? before);
  return changes.map(what);
}

export function examineChanges(open: OpenRoom): void {
  fact(
    'a database that was restored or moved knows no position from before, also none that only the other had',
    open,
    async (store) => {
      const user = await addUser(store);
      for (const provenance of [
        { how: 'restored', choice: 'revoke-all', reached: 9, found: 4, tokensEnded: 0 },
        { how: 'moved', from: 'sqlite' },
      ] as const) {
        const before = await store.latestChange();
        await store.recordProvenance(provenance, act);
        for (let n = 0; n < 3; n += 1) {
          const token = await addToken(store, user);
          await store.endToken(token.id, 'logout', act);
        }
        for (const seq of [0, before, before + 1, before + 1_000_000])
          assert.deepEqual((await store.changesAfter(seq, 10)).map(what), ['all'], String(seq));
        const after = await store.latestChange();
        assert.deepEqual(await store.changesAfter(after, 10), []);
        assert.equal((await store.changesAfter(after - 3, 10)).length, 3);
      }
    },
  );

  fact('each ending of a token leaves a change of it', open, async (store) => {
    const user = await addUser(store);
    const [one, two] = [await addToken(store, user), await addToken(store, user)];
    assert.deepEqual(await changesOf(store, () => store.endToken(one.id, 'logout', act)), [
      `token ${one.id}`,
    ]);
    assert.deepEqual(await changesOf(store, () => store.endToken(one.id, 'logout', act)), []);
    const single = () => store.endTokens(user.id, { cause: 'revoked' }, act);
    assert.deepEqual(await changesOf(store, single), [`token ${two.id}`]);
    assert.deepEqual(await changesOf(store, single), []);

    const oldest = await addToken(store, user, { created: 1 });
    const limit = { most: 1, action: 'retire-oldest' } as const;
    const login = () => store.issueToken(sampleToken(user, { expiry: null }), user.passwordHash, act, limit);
    assert.deepEqual(await changesOf(store, login), [`token ${oldest.id}`]);

    const swept = [await addToken(store, user, { expiry: 1 }), await addToken(store, user, { expiry: 2 })];
    const sweep = () => store.sweepTokens({ maxAge: null, idleTimeout: null }, act, 10);
    assert.deepEqual(
      await changesOf(store, sweep),
      swept.map(({ id }) => `token ${id}`),
    );
  });

  fact('each change of a user leaves one change, however many tokens end with it', open, async (store) => {
    await addAdmin(store);
    const user = await addUser(store);
    const email = { email: 'N', canonicalEmail: 'n' };
    const acts: [string, () => Promise<unknown>][] = [
      ['rename', () => store.modifyUser(user.id, { email }, act)],
      ['admin', () => store.modifyUser(user.id, { admin: true }, act)],
      ['groups', () => store.modifyUser(user.id, { groups: ['a'] }, act)],
      ['expiry', () => store.modifyUser(user.id, { expiry: now + 5 }, act)],
      ['stronger hash', () => store.upgradePasswordHash(user.id, user.passwordHash, 'stronger', act)],
      ['password', () => store.setPassword(user.id, { newHash: user.passwordHash }, act)],
      ['endTokens', () => store.endTokens(user.id, { cause: 'revoked' }, act)],
      ['expired', () => store.modifyUser(user.id, { expiry: now }, act)],
      ['back', () => store.modifyUser(user.id, { expiry: null }, act)],
      ['disabled', () => store.modifyUser(user.id, { disabled: true }, act)],
      ['enabled', () => store.modifyUser(user.id, { disabled: false }, act)],
      ['deleted', () => store.deleteUser(user.id, act)],
    ];
    for (const [name, work] of acts) {
      for (let n = 0; n < 3; n += 1) await store.issueToken(sampleToken(user), user.passwordHash, act);
      assert.deepEqual(await changesOf(store, work), [`user ${user.id}`], name);
    }
  });

  fact('several endings that spare one token are one change of the user', open, async (store) => {
    const user = await addUser(store);
    const [kept] = [await addToken(store, user), await addToken(store, user), await addToken(store, user)];
    const end = () => store.endTokens(user.id, { cause: 'revoked', exceptId: kept.id }, act);
    assert.deepEqual(await changesOf(store, end), [`user ${user.id}`]);
    await addToken(store, user);
    await addToken(store, user);
    const change = () => store.setPassword(user.id, { newHash: 'new', keepTokenId: kept.id }, act);
    assert.deepEqual(await changesOf(store, change), [`user ${user.id}`]);
  });

  fact('what takes nothing away, is refused or fails leaves no change', open, async (store) => {
    assert.equal(await store.latestChange(), 0);
    const admin = await addAdmin(store);
    const user = await addUser(store);
    const token = await addToken(store, user);
    const use = { time: now, ip: '::1', activity: null, userAgent: null };
    const taken = { email: 'x', canonicalEmail: admin.canonicalEmail };
    const badAct = { ...act, requestId: 'a\0b' };
    const acts: (() => Promise<unknown>)[] = [
      () => addUser(store),
      () => addToken(store, user),
      () => store.recordUses(new Map([[token.id, use]])),
      () => store.createUser(sampleUser({ canonicalEmail: user.canonicalEmail }), act),
      () => store.modifyUser(user.id, { email: taken }, act),
      () => store.modifyUser('nobody', { disabled: true }, act),
      () => store.deleteUser(admin.id, act),
      () => store.setPassword(user.id, { newHash: 'x', expectedHash: 'y' }, act),
      () => store.upgradePasswordHash(user.id, 'y', 'x', act),
      () => store.endTokens('nobody', { cause: 'revoked' }, act),
      () => assert.rejects(store.endToken(token.id, 'logout', badAct)),
      () => assert.rejects(store.modifyUser(user.id, { disabled: true }, badAct)),
      () => store.rememberDigestKeys(new Map(), act),
      () => store.forgetEndedTokens(now, 10),
    ];
    for (const work of acts) assert.deepEqual(await changesOf(store, work), [], String(work));
    assert.deepEqual(await store.changesAfter(0, 10), []);
  });

  fact(
    'changes are told after any position, by pages, with the time of their commit',
    open,
    async (store) => {
      const user = await addUser(store);
      const from = Date.now();
      const tokens: TokenRecord[] = [];
      for (let n = 0; n < 7; n += 1) tokens.push(await addToken(store, user));
      for (const { id } of tokens) await store.endToken(id, 'logout', act);
      const all = await readAll(store, 0);
      assert.deepEqual(
        all.map(what),
        tokens.map(({ id }) => `token ${id}`),
      );
      for (const { time } of all) assert.ok(time >= from - 5 && time <= Date.now() + 5);
      for (const limit of [1, 2, 7]) assert.deepEqual(await readAll(store, 0, limit), all);
      for (const [n, { seq }] of all.entries())
        assert.deepEqual(await readAll(store, seq, 3), all.slice(n + 1));
    },
  );

  fact(
    'a position that is not of this database is answered with everything and the latest',
    open,
    async (store) => {
      for (let round = 0; round < 2; round += 1) {
        const latest = await store.latestChange();
        for (const seq of [latest + 1, latest + 1000, Number.MAX_SAFE_INTEGER, -1]) {
          const [change, ...more] = await store.changesAfter(seq, 10);
          assert.deepEqual([change?.kind, change?.seq, more.length], ['all', latest, 0], String(seq));
        }
        const user = await addUser(store);
        await store.modifyUser(user.id, { admin: true }, act);
      }
    },
  );

  fact(
    'changes through two stores are told in the order of their commits, and none is missed',
    open,
    async (_, room) => {
      const stores = [room.store, await room.openAnother()] as const;
      const follower = await room.openAnother();
      const users = await Promise.all(Array.from({ length: 8 }, () => addUser(room.store)));
      const expected: string[] = [];
      let isOver = false;
      const lanes = users.map(async (user, n) => {
        for (let round = 0; round < 12; round += 1) {
          const store = stores[(n + round) % 2] ?? room.store;
          const tokens = [
            await addToken(store, user),
            await addToken(store, user),
            await addToken(store, user),
          ];
          for (const { id } of tokens.slice(round % 3)) {
            await store.endToken(id, 'logout', act);
            expected.push(`token ${id}`);
          }
          await store.modifyUser(user.id, { groups: [String(round)] }, act);
          expected.push(`user ${user.id}`);
        }
      });
      const work = Promise.all(lanes).finally(() => {
        isOver = true;
      });
      const seen: Change[] = [];
      const look = async () => {
        const answered = expected.length;
        seen.push(...(await readAll(follower, seen.at(-1)?.seq ?? 0, 5)));
        // What was answered before the look is in it.
        const known = new Set(seen.map(what));
        for (const it of expected.slice(0, answered)) assert.ok(known.has(it), it);
      };
      while (!isOver) {
        await look();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await work;
      await look();
      assert.deepEqual(seen.map(what).sort(), expected.toSorted());
      seen.reduce((before, { seq }) => {
        assert.ok(seq > before, 'in order');
        return seq;
      }, 0);
    },
  );

  fact(
    'new changes are what was committed since the call before, through any store',
    open,
    async (store, room) => {
      const other = await room.openAnother();
      const user = await addUser(store);
      await store.modifyUser(user.id, { groups: ['a'] }, act);
      const { newChanges } = store;
      if (newChanges === undefined || other.newChanges === undefined) return;
      const told = () => newChanges().map(what);
      assert.deepEqual(told(), [], 'the first call starts from now');
      for (const at of [store, other, store, other]) {
        const token = await addToken(at, user);
        assert.deepEqual(told(), []);
        await at.endToken(token.id, 'logout', act);
        assert.deepEqual(told(), [`token ${token.id}`]);
        assert.deepEqual(told(), []);
      }
      await Promise.all([
        other.modifyUser(user.id, { groups: ['x'] }, act),
        store.setPassword(user.id, { newHash: 'n' }, act),
      ]);
      assert.deepEqual(told(), [`user ${user.id}`, `user ${user.id}`]);
      // Each store has a position of its own, and reading elsewhere doesn't move it.
      assert.deepEqual(other.newChanges().map(what), []);
      await store.deleteUser(user.id, act);
      await store.changesAfter(0, 10);
      await store.findUser(user.id);
      assert.deepEqual(told(), [`user ${user.id}`]);
      assert.deepEqual(other.newChanges().map(what), [`user ${user.id}`]);
      await store.close();
      assert.throws(() => newChanges(), StoreUnavailable);
    },
  );

  fact(
    'what was answered is in the new changes at once, whatever else goes on',
    open,
    async (store, room) => {
      const { newChanges } = store;
      if (newChanges === undefined) return;
      const stores = [store, await room.openAnother(), await room.openAnother()];
      const user = await addUser(store);
      newChanges();
      const seen = new Set<string>();
      const lanes = Array.from({ length: 9 }, async (_, n) => {
        for (let round = 0; round < 40; round += 1) {
          const at = stores[(n + round) % 3] ?? store;
          const token = await addToken(at, user);
          await at.endToken(token.id, 'logout', act);
          for (const change of newChanges()) seen.add(what(change));
          assert.ok(seen.has(`token ${token.id}`));
        }
      });
      await Promise.all(lanes);
      assert.equal(seen.size, 9 * 40);
    },
  );
}
