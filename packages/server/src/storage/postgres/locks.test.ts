import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { checkChains } from '../exam/chains.ts';
import { act, addToken, addUser, isLiving, now } from '../exam/samples.ts';
import { factsBesideAnother } from './facts.test-support.ts';
import { whyNoPostgres } from './server.test-support.ts';

const skip = whyNoPostgres() ?? false;

describe('acts that meet on PostgreSQL', { skip }, async () => {
  if (skip) return;
  const { server, fact } = await factsBesideAnother();

  fact('a sweep leaves alone what somebody is busy with', async ({ store }, client) => {
    const user = await addUser(store);
    const token = await addToken(store, user, { created: now - 50, expiry: null });
    const idle = { maxAge: null, idleTimeout: 50 };
    // As a use is recorded.
    await client.query('BEGIN');
    await client.query('SELECT n FROM tokens WHERE id = $1 FOR NO KEY UPDATE', [token.id]);
    await client.query("UPDATE token_uses SET time = $1, ip = '::1'", [now]);
    const swept = store.sweepTokens(idle, act, 10);
    assert.equal(await Promise.race([swept, wait(1_000, 'it waits')]), 0);
    await client.query('COMMIT');
    assert.equal(await store.sweepTokens(idle, act, 10), 0);
    assert.equal(await isLiving(store, token), true);
  });

  fact(
    'whoever ends tokens and whoever records their uses never wait for each other in a circle',
    async (room) => {
      const [one, other] = [room.store, await room.openAnother()];
      const deadlocks = async () =>
        (
          await server.sql(
            room.database,
            `SELECT deadlocks FROM pg_stat_database WHERE datname = '${room.database}'`,
          )
        )[0];
      const before = await deadlocks();
      for (let round = 0; round < 6; round += 1) {
        const user = await addUser(one);
        const tokens = await Promise.all(
          Array.from({ length: 100 }, () => addToken(one, user, { expiry: null })),
        );
        const uses = (time: number) =>
          tokens.map(({ id }) => [id, { time, ip: '::1', activity: null, userAgent: null }] as const);
        await Promise.all([
          one.recordUses(new Map(uses(now + 1))),
          other.recordUses(new Map(uses(now + 2).toReversed())),
          one.sweepTokens({ maxAge: 1, idleTimeout: null }, { ...act, time: now + 1 }, 1000),
          round % 2 === 0
            ? other.endTokens(user.id, { cause: 'revoked' }, act)
            : other.modifyUser(user.id, { disabled: true }, act),
          ...tokens.map(({ id }) => one.endToken(id, 'logout', act)),
        ]);
        assert.deepEqual(await one.listTokens(user.id, { after: null, limit: 10 }), []);
      }
      assert.deepEqual(await deadlocks(), before);
    },
  );

  fact('a chain at rest is taken up again, also by two services at once', async (room, client) => {
    const user = await addUser(room.store);
    const [first] = await room.store.auditHeads();
    await room.openAnother();
    await addUser(await room.openAnother());
    assert.equal((await room.store.auditHeads()).length, 2, 'a chain for each service');
    await client.query("UPDATE audit_heads SET moved = now() - interval '2 days' WHERE chain = $1", [
      first?.chain,
    ]);
    const both = [await room.openAnother(), await room.openAnother()];
    await Promise.all(Array.from({ length: 40 }, (_, n) => addToken(both[n % 2] ?? room.store, user)));
    assert.equal((await room.store.auditHeads()).length, 2);
    const events = await checkChains(room.store);
    assert.equal(events.filter(({ event }) => event === 'login.succeeded').length, 40);
  });
});
