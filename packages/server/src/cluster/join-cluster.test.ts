import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { examineChanges } from '../storage/exam/changes.ts';
import { act, addAdmin, addToken, addUser, sampleToken, sampleUser } from '../storage/exam/samples.ts';
import { type PostgresRoom, PostgresRooms } from '../storage/postgres/postgres-room.test-support.ts';
import { startPostgres, whyNoPostgres } from '../storage/postgres/server.test-support.ts';
import type { WhatChanged } from '../storage/records.ts';
import { type Store, StoreUnavailable } from '../storage/store.ts';
import { joinCluster, type SharedStore } from './join-cluster.ts';

const skip = whyNoPostgres() ?? false;

/** Milliseconds; with the margin, the bound is 150. */
const leaseMs = 100;
const bound = 150;

describe('a store among several nodes', { skip }, async () => {
  if (skip) return;
  const server = await startPostgres();
  after(() => server.remove());
  const rooms = new PostgresRooms(server);
  const report = (): void => {};

  // What the contract says of new changes holds here as it does on SQLite. A busy machine must not end the leases.
  examineChanges(async () => {
    const room = await rooms.open();
    const joined: SharedStore[] = [];
    const openAnother = async (): Promise<Store> => {
      const store = await joinCluster(await room.openAnother(), { leaseMs: 5_000, name: 'exam', report });
      joined.push(store);
      return store;
    };
    const leave = async (): Promise<void> => {
      await Promise.all(joined.map((store) => store.close()));
      await room.leave();
    };
    return { store: await openAnother(), openAnother, leave };
  });

  const fact = (title: string, check: (store: SharedStore, room: PostgresRoom) => Promise<void>): void => {
    test(title, async () => {
      const room = await rooms.open();
      const store = await joinCluster(await room.openAnother(), { leaseMs, name: 'one', report });
      try {
        await check(store, room);
      } finally {
        await store.close();
        await room.leave();
      }
    });
  };
  const sql = (room: PostgresRoom, text: string) => server.sql(room.database, text);
  let silent = 0;
  /** A node that died. */
  const addSilent = (room: PostgresRoom, lease = leaseMs) => {
    silent += 1;
    return sql(room, `INSERT INTO nodes (id, name, lease_ms) VALUES ('${silent}', 'silent', ${lease})`);
  };
  const nodes = async (room: PostgresRoom) =>
    (await sql(room, 'SELECT id, name FROM nodes ORDER BY name')) as { id: string; name: string }[];

  /** On a busy machine so short a lease may have run out for a moment. */
  const changesOf = async (store: SharedStore): Promise<readonly WhatChanged[]> => {
    for (const end = performance.now() + 5_000; performance.now() < end; await wait(5)) {
      try {
        return store.newChanges?.() ?? [];
      } catch (error) {
        assert.ok(error instanceof StoreUnavailable);
      }
    }
    assert.fail('the lease stays out');
  };

  fact(
    'what takes something away waits for a node that says nothing, and removes it',
    async (store, room) => {
      await addAdmin(store);
      const acts: [
        string,
        (user: Awaited<ReturnType<typeof addUser>>, tokenId: string) => Promise<unknown>,
      ][] = [
        ['endToken', (_, id) => store.endToken(id, 'logout', act)],
        ['endTokens', ({ id }) => store.endTokens(id, { cause: 'revoked' }, act)],
        ['setPassword', ({ id }) => store.setPassword(id, { newHash: 'x' }, act)],
        ['modifyUser', ({ id }) => store.modifyUser(id, { disabled: true }, act)],
        ['deleteUser', ({ id }) => store.deleteUser(id, act)],
        [
          'eraseUser of one whom somebody else has deleted',
          async ({ id }) => {
            await room.store.deleteUser(id, act);
            await store.eraseUser(id, act);
          },
        ],
        [
          'issueToken that retires the oldest',
          (user) =>
            store.issueToken(sampleToken(user), user.passwordHash, act, { most: 1, action: 'retire-oldest' }),
        ],
      ];
      for (const [name, work] of acts) {
        const user = await addUser(store);
        const token = await addToken(store, user);
        await addSilent(room);
        const began = performance.now();
        await work(user, token.id);
        assert.ok(performance.now() - began >= bound, name);
        while ((await nodes(room)).length > 1) assert.ok(performance.now() - began < 2_000, name);
      }
      assert.deepEqual(store.clusterState().waits.expired, acts.length);
    },
  );

  fact('what takes nothing away, and what nobody else need know, waits for nobody', async (store, room) => {
    const user = await addUser(store);
    await addSilent(room);
    const before = store.clusterState().waits;
    await store.createUser(sampleUser(), act);
    const token = await addToken(store, user);
    await store.endToken('nothing', 'logout', act);
    assert.equal((await nodes(room)).length, 2, 'long before it would be removed');
    assert.equal(store.clusterState().waits.expired, 0);
    assert.equal((await store.findToken([token.digest]))?.token.id, token.id);
    assert.equal(before.applied, 1, 'that there is nothing to wait for was looked up');
  });

  fact('the longest lease of all counts', async (store, room) => {
    const token = await addToken(store, await addUser(store));
    await addSilent(room, 400);
    const began = performance.now();
    await store.endToken(token.id, 'logout', act);
    assert.ok(performance.now() - began >= 450);
    assert.equal(store.clusterState().bound, 450);
  });

  fact('what somebody else has ended, who then died, is waited for too', async (store, room) => {
    const token = await addToken(store, await addUser(store));
    await addSilent(room);
    await room.store.endToken(token.id, 'logout', act);
    const began = performance.now();
    assert.equal(await store.endToken(token.id, 'logout', act), 'not_found');
    assert.ok(performance.now() - began >= bound - 20, 'counted from when it was seen');
    await store.settle();
    assert.ok(performance.now() - began < 1_000, 'and not again');
  });

  fact('of two that live neither waits for the lease', async (store, room) => {
    const other = await joinCluster(await room.openAnother(), { leaseMs: 5_000, name: 'two', report });
    const user = await addUser(store);
    other.newChanges?.();
    const began = performance.now();
    for (let n = 0; n < 20; n += 1) {
      const token = await addToken(store, user);
      await store.endToken(token.id, 'logout', act);
      assert.deepEqual(other.newChanges?.(), [{ kind: 'token', tokenId: token.id }]);
    }
    assert.ok(performance.now() - began < 5_000, 'twenty times');
    assert.equal(store.clusterState().nodes, 2);
    await other.close();
    assert.deepEqual(
      (await nodes(room)).map(({ name }) => name),
      ['one'],
    );
  });

  fact('a node that was removed forgets everything and enters anew', async (store, room) => {
    await addUser(store);
    await changesOf(store);
    const [before] = await nodes(room);
    await sql(room, 'DELETE FROM nodes');
    const began = performance.now();
    while (!(await changesOf(store)).some(({ kind }) => kind === 'all')) {
      await wait(5);
      assert.ok(performance.now() - began < 5_000);
    }
    const [now] = await nodes(room);
    assert.ok(now !== undefined && now.id !== before?.id);
  });

  fact('a cut connection is replaced, and the next one begins from nothing', async (store, room) => {
    await changesOf(store);
    await sql(
      room,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = '${room.database}' AND application_name = 'guardbee cluster'`,
    );
    const token = await addToken(store, await addUser(store));
    await store.endToken(token.id, 'logout', act);
    assert.equal((await changesOf(store))[0]?.kind, 'all');
  });

  fact('who remembers nothing is in no registry, and waits for those who do', async (store, room) => {
    const watcher = await joinCluster(await room.openAnother(), { leaseMs, name: undefined, report });
    assert.equal(watcher.newChanges, undefined);
    await changesOf(store);
    const token = await addToken(watcher, await addUser(watcher));
    await watcher.endToken(token.id, 'logout', act);
    assert.ok((await changesOf(store)).some((it) => it.kind === 'token' && it.tokenId === token.id));
    assert.equal((await nodes(room)).length, 1);
    await addSilent(room);
    const another = await addToken(watcher, await addUser(watcher));
    const began = performance.now();
    await watcher.endToken(another.id, 'logout', act);
    assert.ok(performance.now() - began >= bound);
    await watcher.close();
  });

  fact('a closed store tells nothing any more', async (store, room) => {
    await store.close();
    assert.throws(() => store.newChanges?.(), StoreUnavailable);
    await assert.rejects(store.settle(), StoreUnavailable);
    assert.deepEqual(await nodes(room), []);
  });
});
