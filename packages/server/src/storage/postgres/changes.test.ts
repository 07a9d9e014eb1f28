import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { act, addToken, addUser } from '../exam/samples.ts';
import type { Change } from '../records.ts';
import { factsBesideAnother } from './facts.test-support.ts';
import { whyNoPostgres } from './server.test-support.ts';

const skip = whyNoPostgres() ?? false;
const hour = 3_600_000;

const tokenIds = (changes: readonly object[]) =>
  changes.map((change) => ('tokenId' in change ? change.tokenId : 'something else'));

describe('the feed of changes on PostgreSQL', { skip }, async () => {
  if (skip) return;
  const { fact } = await factsBesideAnother();

  fact('a transaction that is committed late is told late, not skipped', async ({ store }, client) => {
    const user = await addUser(store);
    const [early, late] = [await addToken(store, user), await addToken(store, user)];
    await client.query('BEGIN');
    await client.query('DELETE FROM tokens WHERE id = $1', [late.id]);
    await store.endToken(early.id, 'logout', act);
    // The open one wrote first, and holds up nobody.
    const first = await store.changesAfter(0, 10);
    assert.deepEqual(tokenIds(first), [early.id]);
    const seen = first.at(-1)?.seq ?? -1;
    assert.equal(await store.latestChange(), seen);
    await client.query('COMMIT');
    assert.deepEqual(tokenIds(await store.changesAfter(seen, 10)), [late.id]);
    assert.deepEqual(tokenIds(await store.changesAfter(0, 10)), [early.id, late.id]);
  });

  fact('commits in any order are all told once, to every follower, in one order', async (room, client) => {
    const user = await addUser(room.store);
    const tokens = await Promise.all(Array.from({ length: 60 }, () => addToken(room.store, user)));
    const followers = [room.store, await room.openAnother(), await room.openAnother()].map((store) => ({
      store,
      seen: [] as Change[],
    }));
    const [left, right] = [tokens.slice(0, 30), tokens.slice(30)];
    let isOver = false;
    const work = (async () => {
      for (const [n, token] of left.entries()) {
        await client.query('BEGIN');
        await client.query('DELETE FROM tokens WHERE id = $1', [token.id]);
        await room.store.endToken(right[n]?.id ?? '', 'logout', act);
        await client.query('COMMIT');
      }
    })().finally(() => {
      isOver = true;
    });
    const follow = async ({ store, seen }: (typeof followers)[number], limit: number) => {
      for (let last = false; ; last = isOver) {
        const page = await store.changesAfter(seen.at(-1)?.seq ?? 0, limit);
        seen.push(...page);
        if (last && page.length < limit) return;
      }
    };
    await Promise.all([work, ...followers.map((follower, n) => follow(follower, n + 1))]);
    for (const { seen } of followers) {
      assert.deepEqual(seen, followers[0]?.seen);
      assert.deepEqual(tokenIds(seen).sort(), tokens.map(({ id }) => id).sort());
    }
  });

  fact(
    'a number that was given out stays, whoever else gives numbers out meanwhile',
    async (room, client) => {
      const { store } = room;
      const user = await addUser(store);
      const [early, late] = [await addToken(store, user), await addToken(store, user)];
      const other = new Client({ connectionString: room.url });
      await other.connect();
      await other.query('BEGIN');
      await other.query('DELETE FROM tokens WHERE id = $1', [late.id]);
      await store.endToken(early.id, 'logout', act);
      await client.query('BEGIN');
      await client.query('SELECT number_changes()');
      // Its row comes before the one that is getting its number.
      await other.query('COMMIT');
      await other.end();
      const page = store.changesAfter(0, 10);
      assert.equal(await Promise.race([page, wait(300, 'still waiting')]), 'still waiting');
      await client.query('COMMIT');
      const seen = (await page).map((change) => [change.seq, ...tokenIds([change])]);
      assert.deepEqual(seen, [
        [1, early.id],
        [2, late.id],
      ]);
    },
  );

  fact(
    'changes are kept for an hour, then some thousand at a time are removed',
    async ({ store }, client) => {
      const add = (count: number) =>
        client.query(`INSERT INTO changes (user_id) SELECT 'u' || i FROM generate_series(1, ${count}) AS i`);
      const rows = async () => (await client.query('SELECT count(*)::int AS rows FROM changes')).rows[0].rows;
      await add(2000);
      await store.latestChange();
      await client.query(`UPDATE changes SET time = time - ${hour - 60_000}`);
      await add(300);
      await store.latestChange();
      assert.equal(await rows(), 2301, 'with the row where the record begins');
      await client.query('UPDATE changes SET time = time - 120000 WHERE seq <= 1500');
      for (const left of [2302 - 999, 2303 - 1500, 2304 - 1500]) {
        await add(1);
        await store.latestChange();
        assert.equal(await rows(), left);
      }
      // 1500 is the last that is gone: who has seen it has missed nothing.
      assert.deepEqual(
        (await store.changesAfter(1500, 2)).map(({ seq, kind }) => [seq, kind]),
        [
          [1501, 'user'],
          [1502, 'user'],
        ],
      );
      const latest = await store.latestChange();
      for (const seq of [0, 1499, -1]) {
        const [change, ...more] = await store.changesAfter(seq, 10);
        assert.deepEqual([change?.kind, change?.seq, more.length], ['all', latest, 0], String(seq));
      }
    },
  );
});
