import assert from 'node:assert/strict';
import type { TokenRecord } from '../records.ts';
import type { Store, TokenPosition } from '../store.ts';
import { fact, type OpenRoom } from './room.ts';
import { act, addToken, addUser, now, randomName } from './samples.ts';

/** All of a user's tokens by pages; `between` happens after each page. */
async function pageThrough(store: Store, userId: string, limit: number, between = async () => {}) {
  const seen: TokenRecord[] = [];
  for (let after: TokenPosition | null = null; ; ) {
    const page = await store.listTokens(userId, { after, limit });
    assert.ok(page.length <= limit);
    seen.push(...page.map(({ token }) => token));
    const last = page.at(-1);
    if (last === undefined) return seen;
    assert.ok(seen.length < 2000, 'it comes to an end');
    after = { created: last.token.created, id: last.token.id };
    await between();
  }
}

async function scanThrough(store: Store, limit: number, between = async () => {}) {
  const seen: TokenRecord[] = [];
  for (let after = ''; ; ) {
    const page = await store.scanTokens({ after, limit });
    assert.ok(page.length <= limit);
    seen.push(...page.map(({ token }) => token));
    const last = page.at(-1);
    if (last === undefined) return seen;
    assert.ok(seen.length < 2000, 'it comes to an end');
    after = last.token.id;
    await between();
  }
}

const byPosition = (a: TokenRecord, b: TokenRecord) => a.created - b.created || (a.id < b.id ? -1 : 1);

export function examineTokenLists(open: OpenRoom): void {
  fact('a living token is found by its id, with its user and its last use', open, async (store) => {
    const user = await addUser(store, { groups: ['a'] });
    const token = await addToken(store, user, { name: 'laptop' });
    await addToken(store, user);
    assert.deepEqual(await store.findTokenById(token.id), { token, user, lastUsed: null });
    const use = { time: now, ip: '::1', activity: 'list', userAgent: null };
    await store.recordUses(new Map([[token.id, use]]));
    assert.deepEqual(await store.findTokenById(token.id), { token, user, lastUsed: use });
    await store.endToken(token.id, 'logout', act);
    for (const id of [token.id, 'nothing', '']) assert.equal(await store.findTokenById(id), undefined);
  });

  fact(
    "a user's tokens are listed oldest first, by id within a moment, page by page",
    open,
    async (store) => {
      const user = await addUser(store);
      const other = await addUser(store);
      const tokens: TokenRecord[] = [];
      for (const created of [now, now - 5, now + 5, now - 5, now, now, 0, -1, now]) {
        await addToken(store, other, { created });
        tokens.push(await addToken(store, user, { created, expiry: created === now ? now - 1 : null }));
      }
      tokens.sort(byPosition);
      for (const limit of [1, 2, 3, 1000]) assert.deepEqual(await pageThrough(store, user.id, limit), tokens);
      const [gone, ...left] = tokens;
      await store.endToken(gone?.id ?? '', 'logout', act);
      assert.deepEqual(await pageThrough(store, user.id, 4), left);
      assert.deepEqual(await store.listTokens('nobody', { after: null, limit: 10 }), []);
    },
  );

  fact('each listed token comes with its own last use', open, async (store) => {
    const user = await addUser(store);
    const [used, unused] = [await addToken(store, user), await addToken(store, user, { created: now + 1 })];
    const use = { time: now + 7, ip: '192.0.2.1', activity: null, userAgent: 'curl/8' };
    await store.recordUses(new Map([[used.id, use]]));
    assert.deepEqual(await store.listTokens(user.id, { after: null, limit: 10 }), [
      { token: used, lastUsed: use },
      { token: unused, lastUsed: null },
    ]);
  });

  fact('all living tokens are scanned in the order of their ids, with their users', open, async (store) => {
    const users = [await addUser(store), await addUser(store, { disabled: false, admin: true })];
    const tokens: TokenRecord[] = [];
    for (let n = 0; n < 12; n += 1) {
      const user = users[n % 2] ?? (await addUser(store));
      tokens.push(await addToken(store, user, { created: now - n, expiry: n % 3 === 0 ? now - 1 : null }));
    }
    tokens.sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const limit of [1, 5, 1000]) assert.deepEqual(await scanThrough(store, limit), tokens);
    for (const { token, user, lastUsed } of await store.scanTokens({ after: '', limit: 100 })) {
      assert.deepEqual(
        user,
        users.find(({ id }) => id === token.userId),
      );
      assert.equal(lastUsed, null);
    }
  });

  fact(
    'while tokens come and go, paging repeats none and skips none that lived throughout',
    open,
    async (_, room) => {
      const [store, other] = [room.store, await room.openAnother()];
      const user = await addUser(store);
      for (let trial = 0; trial < 6; trial += 1) {
        // Many of one moment: a position in the middle of them must hold.
        const fields = () => ({ created: now + Math.floor(Math.random() * 4), id: `t_${randomName()}` });
        const steady = await Promise.all(Array.from({ length: 40 }, () => addToken(store, user, fields())));
        const passing = await Promise.all(Array.from({ length: 40 }, () => addToken(store, user, fields())));
        const comeAndGo = async () => {
          await Promise.all([
            ...passing.splice(0, 4).map((token) => other.endToken(token.id, 'logout', act)),
            addToken(other, user, fields()),
            addToken(store, user, fields()),
          ]);
        };
        const ways = [
          () => pageThrough(store, user.id, 7, comeAndGo),
          () => scanThrough(store, 7, comeAndGo),
        ] as const;
        const seen = (await ways[trial % 2]?.()) ?? [];
        const ids = new Set(seen.map(({ id }) => id));
        assert.equal(ids.size, seen.length, 'none twice');
        for (const { id } of steady) assert.ok(ids.has(id), 'none skipped');
        await store.endTokens(user.id, { cause: 'revoked' }, act);
      }
    },
  );

  fact('a page of tokens outside 1 to 1000 is a defect', open, async (store) => {
    for (const limit of [0, -1, 1001, 1.5, Number.NaN]) {
      await assert.rejects(store.listTokens('u', { after: null, limit }), RangeError, String(limit));
      await assert.rejects(store.scanTokens({ after: '', limit }), RangeError, String(limit));
      await assert.rejects(store.listEndedTokens('u', limit), RangeError, String(limit));
      await assert.rejects(store.changesAfter(0, limit), RangeError, String(limit));
    }
    assert.deepEqual(await store.scanTokens({ after: '', limit: 1000 }), []);
  });
}
