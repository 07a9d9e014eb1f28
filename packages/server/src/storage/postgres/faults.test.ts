import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { act, addToken, addUser, examSigner, isLiving, sampleToken } from '../exam/samples.ts';
import { type Store, StoreUnavailable } from '../store.ts';
import { PostgresRooms } from './postgres-room.test-support.ts';
import { startPostgres, whyNoPostgres } from './server.test-support.ts';

const skip = whyNoPostgres() ?? false;

/** Milliseconds within which a call is answered or refused; and what a busy machine may add. */
const promised = 2_000;
const usual = { limits: { reads: 4, writes: 4, patience: 1_800 } };

describe('when PostgreSQL fails', { skip }, async () => {
  if (skip) return;
  const server = await startPostgres();
  after(() => server.remove());
  const rooms = new PostgresRooms(server);

  for (const how of ['fast', 'immediate'] as const) {
    test(`a server that is stopped (${how}) and started under writes loses nothing, and needs no restart of ours`, async () => {
      const room = await rooms.open();
      const store = await room.openAnother(usual);
      const user = await addUser(store);
      const kept: Awaited<ReturnType<typeof addToken>>[] = [];
      const ended: typeof kept = [];
      let [isOver, slowest, refused] = [false, 0, 0];
      const lanes = Array.from({ length: 6 }, async () => {
        while (!isOver) {
          const begin = performance.now();
          try {
            const token = await addToken(store, user);
            await store.endToken(token.id, 'logout', act);
            ended.push(token);
            kept.push(await addToken(store, user));
          } catch (error) {
            assert.ok(error instanceof StoreUnavailable, String(error));
            refused += 1;
            slowest = Math.max(slowest, performance.now() - begin);
            await wait(20);
          }
        }
      });
      await wait(400);
      await server.stop(how);
      await wait(300);
      assert.ok(refused > 0, 'it was away');
      await assert.rejects(store.findUser(user.id), StoreUnavailable);
      await server.start();
      const back = performance.now();
      await answered(store);
      assert.ok(performance.now() - back < promised);
      const before = kept.length;
      await wait(300);
      isOver = true;
      await Promise.all(lanes);
      assert.ok(kept.length > before && before > 0, 'writes went on');
      // Three calls stand behind each of these times.
      assert.ok(slowest < 3 * promised, `${slowest} ms`);
      for (const token of kept)
        assert.equal(await isLiving(store, token), true, 'an acknowledged token is lost');
      for (const token of ended)
        assert.equal(await isLiving(store, token), false, 'an acknowledged end is undone');
      await store.close();
    });
  }

  test('when nothing comes back any more, every call is refused in time, and later ones are answered', async () => {
    const room = await rooms.open();
    const hole = await openHole(server.port);
    const url = room.url.replace(String(server.port), String(hole.port));
    const store = await room.openAnother({ url, ...usual });
    const user = await addUser(store);
    const token = await addToken(store, user);
    hole.swallow(true);
    // More than there are connections.
    const calls = Array.from({ length: 12 }, (_, n) => {
      const call =
        n % 2 === 0
          ? store.findToken([token.digest])
          : store.issueToken(sampleToken(user), user.passwordHash, act);
      return inTime(() => assert.rejects(call, StoreUnavailable));
    });
    await Promise.all(calls);
    hole.swallow(false);
    await answered(store);
    assert.equal(await isLiving(store, token), true);
    assert.equal(await store.endToken(token.id, 'logout', act), 'ended');
    await hole.close();
    await room.leave();
  });

  test('who keeps a row locked holds up its user only, and no longer than promised', async () => {
    const room = await rooms.open();
    const store = await room.openAnother(usual);
    const [user, other] = [await addUser(store), await addUser(store)];
    const token = await addToken(store, user);
    const client = new Client({ connectionString: room.url });
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [user.id]);
    const stuck = inTime(() =>
      assert.rejects(store.setPassword(user.id, { newHash: 'x' }, act), StoreUnavailable),
    );
    await addToken(store, other);
    assert.equal(await isLiving(store, token), true);
    // Nobody waits for the user in order to end one token.
    assert.equal(await store.endToken(token.id, 'logout', act), 'ended');
    await stuck;
    await client.query('ROLLBACK');
    assert.equal(await store.setPassword(user.id, { newHash: 'x' }, act), 'set');
    await client.end();
    await room.leave();
  });

  test('connections that are cut are replaced, and no read notices', async () => {
    const room = await rooms.open();
    const store = await room.openAnother(usual);
    const user = await addUser(store);
    let isOver = false;
    const token = await addToken(store, user);
    const lanes = Array.from({ length: 8 }, async () => {
      while (!isOver) assert.equal(await isLiving(store, token), true);
    });
    const cutter = (async () => {
      for (let round = 0; round < 10; round += 1) {
        await wait(30);
        await server.sql('postgres', kick(room.database));
        const one = await addToken(store, user);
        assert.equal(await store.endToken(one.id, 'logout', act), 'ended');
      }
    })().finally(() => {
      isOver = true;
    });
    await Promise.all([...lanes, cutter]);
    await room.leave();
  });

  test('that no connection is left is no defect', async () => {
    const room = await rooms.open();
    await server.sql(
      room.database,
      `CREATE ROLE few LOGIN CONNECTION LIMIT 2; GRANT ALL ON SCHEMA public TO few;
      GRANT ALL ON ALL TABLES IN SCHEMA public TO few; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO few`,
    );
    const few = await room.openAnother({ url: room.url.replace('guardbee@', 'few@'), ...usual });
    const user = await addUser(room.store);
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => few.findUser(user.id)));
    assert.ok(answers.some(({ status }) => status === 'fulfilled'));
    for (const answer of answers) {
      if (answer.status === 'rejected') assert.ok(answer.reason instanceof StoreUnavailable);
    }
    await few.close();
    await room.leave();
  });

  test('a database that becomes read-only is read on, and written to again when it may be', async () => {
    const room = await rooms.open();
    const store = await room.openAnother(usual);
    const user = await addUser(store);
    const token = await addToken(store, user);
    const readOnly = `ALTER DATABASE ${room.database} SET default_transaction_read_only`;
    for (const setting of ['on', 'off']) {
      await server.sql('postgres', `${readOnly} = ${setting}`);
      await server.sql('postgres', kick(room.database));
      assert.equal(await isLiving(store, token), true);
      if (setting === 'on') await assert.rejects(store.endToken(token.id, 'logout', act), StoreUnavailable);
    }
    assert.equal(await store.endToken(token.id, 'logout', act), 'ended');
    await server.sql('postgres', `ALTER DATABASE ${room.database} RESET default_transaction_read_only`);
    await room.leave();
  });

  test('a password stays out of what is thrown', async () => {
    await server.sql('postgres', "CREATE ROLE secretive LOGIN PASSWORD 'right'");
    const room = await rooms.open();
    const url = room.url.replace('guardbee@', 'secretive:hunter2@').replace(/room_\d+/, 'nothing');
    await assert.rejects(room.openAnother({ url, signer: examSigner }), (error: Error) => {
      assert.doesNotMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /hunter2/);
      return true;
    });
    await room.leave();
  });
});

/** Ends the connections of every store on this database. */
const kick = (database: string): string =>
  `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND application_name = 'guardbee'`;

async function inTime(work: () => Promise<unknown>): Promise<void> {
  const begin = performance.now();
  await work();
  const took = performance.now() - begin;
  assert.ok(took < promised, `${took} ms`);
}

/** Tries until the store answers. */
async function answered(store: Store): Promise<void> {
  for (const end = performance.now() + 10_000; performance.now() < end; await wait(10)) {
    const isThere = await store.ping().then(
      () => true,
      () => false,
    );
    if (isThere) return;
  }
  assert.fail('the store stays away');
}

/** Passes on what comes, or swallows it: both ends believe that they are connected. */
async function openHole(target: number) {
  let isSwallowing = false;
  const sockets = new Set<Socket>();
  const hole = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => {
        if (!isSwallowing) to.write(bytes);
      });
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(hole, 'listening');
  return {
    port: (hole.address() as { port: number }).port,
    swallow(on: boolean) {
      isSwallowing = on;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      hole.close();
      await once(hole, 'close');
    },
  };
}
