import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import type { Bell, ClusterLink, Look } from '../cluster-link.ts';
import { act, addToken, addUser } from '../exam/samples.ts';
import { type PostgresRoom, PostgresRooms } from './postgres-room.test-support.ts';
import { startPostgres, whyNoPostgres } from './server.test-support.ts';

const skip = whyNoPostgres() ?? false;
const hour = 3_600_000;
const none: ReadonlySet<Bell> = new Set();

const told = ({ changes }: Look) =>
  changes?.map(({ what }) => ('tokenId' in what ? what.tokenId : what.kind)).sort();

describe('the link of a node to PostgreSQL', { skip }, async () => {
  if (skip) return;
  const server = await startPostgres();
  after(() => server.remove());
  const rooms = new PostgresRooms(server);
  const fact = (
    title: string,
    check: (room: PostgresRoom, link: ClusterLink, client: Client) => Promise<void>,
  ): void => {
    test(title, async () => {
      const room = await rooms.open();
      const client = new Client({ connectionString: room.url });
      await client.connect();
      const link = await room.store.openLink(() => {});
      try {
        await check(room, link, client);
      } finally {
        link.close();
        await client.end();
        await room.leave();
      }
    });
  };
  const watch = (link: ClusterLink, since?: string) => link.look({ node: undefined, since, ring: none });

  fact(
    'what is visible now and was not before is told whatever the order of commits',
    async ({ store }, link, client) => {
      const user = await addUser(store);
      const [early, late] = [await addToken(store, user), await addToken(store, user)];
      const start = await watch(link);
      assert.equal(start.changes, undefined, 'without a look before it cannot be told');
      await client.query('BEGIN');
      await client.query('DELETE FROM tokens WHERE id = $1', [late.id]);
      await store.endToken(early.id, 'logout', act);
      const first = await watch(link, start.snapshot);
      assert.deepEqual(told(first), [early.id]);
      await client.query('COMMIT');
      const second = await watch(link, first.snapshot);
      assert.deepEqual(told(second), [late.id]);
      assert.deepEqual(told(await watch(link, second.snapshot)), []);
      // From before both.
      assert.deepEqual(told(await watch(link, start.snapshot)), [early.id, late.id].sort());
    },
  );

  fact(
    'a snapshot of the future, one older than the record, and too many changes are answered with everything',
    async ({ store }, link, client) => {
      const start = await watch(link);
      const user = await addUser(store);
      await store.modifyUser(user.id, { admin: true }, act);
      assert.equal(told(await watch(link, '999999999:999999999:')), undefined);
      assert.deepEqual(told(await watch(link, start.snapshot)), ['user']);
      await client.query("INSERT INTO changes (user_id) SELECT 'u' || i FROM generate_series(1, 9999) AS i");
      assert.equal(told(await watch(link, start.snapshot))?.length, 10_000);
      await client.query("INSERT INTO changes (user_id) VALUES ('one more')");
      assert.equal(told(await watch(link, start.snapshot)), undefined);
      await store.latestChange();
      await client.query(`UPDATE changes SET time = time - ${2 * hour}`);
      await store.modifyUser(user.id, { admin: false }, act);
      await store.latestChange();
      assert.equal(told(await watch(link, start.snapshot)), undefined);
    },
  );

  fact('a look publishes how far its node had come before, and finds the others', async (room, link) => {
    const other = await room.store.openLink(() => {});
    await link.register({ id: 'a', name: 'first', leaseMs: 500 });
    const before = await link.look({ node: 'a', since: undefined, ring: none });
    assert.deepEqual([before.isRegistered, before.nodes], [true, []]);
    const [unpublished] = (await watch(other)).nodes;
    assert.deepEqual(unpublished, { id: 'a', leaseMs: 500, beat: 1, applied: undefined });
    await link.look({ node: 'a', since: before.snapshot, ring: none });
    const [published] = (await watch(other)).nodes;
    assert.deepEqual(published, { id: 'a', leaseMs: 500, beat: 2, applied: before.snapshot });
    await link.leave('a');
    assert.deepEqual((await watch(other)).nodes, []);
    other.close();
  });

  fact('who has looked since is not removed; who was removed can look no more', async (room, link) => {
    const other = await room.store.openLink(() => {});
    await link.register({ id: 'a', name: 'first', leaseMs: 500 });
    const look = () => link.look({ node: 'a', since: undefined, ring: none });
    assert.equal((await look()).isRegistered, true);
    await other.prune('a', 0);
    assert.equal((await look()).isRegistered, true);
    await other.prune('a', 2);
    assert.equal((await look()).isRegistered, false);
    other.close();
  });

  fact(
    'a removal and a look at the same time: one of the two comes to nothing',
    async (_room, link, client) => {
      await link.register({ id: 'a', name: 'first', leaseMs: 500 });
      await client.query('BEGIN');
      await client.query("DELETE FROM nodes WHERE id = 'a' AND beat = 0");
      const looking = link.look({ node: 'a', since: undefined, ring: none });
      assert.equal(await Promise.race([looking, wait(200, 'still waiting')]), 'still waiting');
      await client.query('COMMIT');
      assert.equal((await looking).isRegistered, false);
    },
  );

  fact('a bell rings for the others when the look is committed, never for oneself', async (room, link) => {
    const heard: string[] = [];
    const [one, two] = [
      await room.store.openLink((bell) => heard.push(`one ${bell}`)),
      await room.store.openLink((bell) => heard.push(`two ${bell}`)),
    ];
    await one.look({ node: undefined, since: undefined, ring: new Set(['changed']) });
    await link.look({ node: undefined, since: undefined, ring: new Set(['applied']) });
    for (const it of [one, two]) await watch(it);
    await wait(50);
    assert.deepEqual(heard.sort(), ['one applied', 'two applied', 'two changed']);
    one.close();
    two.close();
  });
});
