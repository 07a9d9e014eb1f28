import assert from 'node:assert/strict';
import { test } from 'node:test';
import { act, addToken, addUser, endCause, isLiving, now, sampleToken, sampleUser } from '../exam/samples.ts';
import { openForWriting } from './connection.ts';
import { openSqliteRoom, type SqliteRoom } from './sqlite-room.test-support.ts';

const none = { maxAge: null, idleTimeout: null };

async function inRoom(check: (room: SqliteRoom) => Promise<void>): Promise<void> {
  const room = await openSqliteRoom();
  try {
    await check(room);
  } finally {
    await room.leave();
  }
}

test('a sweep with nothing to end is no transaction', async () => {
  await inRoom(async ({ store }) => {
    const user = await addUser(store);
    const expired = await addUser(store, { expiry: now });
    await Promise.all(Array.from({ length: 300 }, () => addToken(store, user)));
    const token = sampleToken(expired);
    await store.issueToken(token, expired.passwordHash, { ...act, time: now - 1 });
    assert.equal(await store.sweepTokens(none, act, 100), 1);
    const { transactions } = store.diagnostics();
    assert.equal(await store.sweepTokens({ maxAge: 9, idleTimeout: 9 }, act, 100), 0);
    assert.equal(store.diagnostics().transactions, transactions);
  });
});

test('what was found dead is looked at again when it ends: a use that came before counts (20 trials)', async () => {
  await inRoom(async ({ store }) => {
    const user = await addUser(store);
    for (let trial = 0; trial < 20; trial += 1) {
      const idle = await addToken(store, user, { created: now - 50, expiry: null });
      const token = await addToken(store, user, { created: now - 50, expiry: null });
      const use = { time: now, ip: '::1', activity: null, userAgent: null };
      // Both are found: the use is not committed yet. But it is ahead in the writer's queue.
      const swept = store.sweepTokens({ ...none, idleTimeout: 50 }, act, 100);
      const recorded = store.recordUses(new Map([[token.id, use]]));
      assert.equal(await swept, 1);
      await recorded;
      assert.equal(await endCause(store, idle), 'idle');
      assert.equal(await isLiving(store, token), true);
      await store.endToken(token.id, 'logout', act);
    }
  });
});

test('expired users are walked through to the last, however many have no tokens', async () => {
  await inRoom(async ({ store, path }) => {
    const users = Array.from({ length: 2500 }, (_, n) => sampleUser({ expiry: now - Math.floor(n / 1100) }));
    // Few enough at a time to be written before an act has waited too long, on however slow a machine.
    for (let at = 0; at < users.length; at += 250)
      await Promise.all(users.slice(at, at + 250).map((user) => store.createUser(user, act)));
    const before = { ...act, time: now - 100 };
    const holders = users.filter((_, n) => n % 500 === 0 || n > 2490);
    for (const user of holders) {
      for (let n = 0; n < 3; n += 1)
        await store.issueToken(sampleToken(user, { expiry: null }), user.passwordHash, before);
    }
    const db = openForWriting(path, 1000);
    const living = () => db.prepare('SELECT count(*) AS living FROM tokens').get()?.living;
    assert.equal(living(), holders.length * 3);
    for (let left = holders.length * 3; left > 0; left -= 7) {
      assert.equal(await store.sweepTokens(none, act, 7), Math.min(left, 7));
    }
    assert.equal(await store.sweepTokens(none, act, 7), 0);
    assert.equal(living(), 0);
    assert.equal(db.prepare('SELECT count(*) AS uses FROM token_uses').get()?.uses, 0);
    db.close();
  });
});
