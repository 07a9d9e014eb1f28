import assert from 'node:assert/strict';
import { test } from 'node:test';
import { act, addToken, addUser, isLiving, sampleToken } from '../exam/samples.ts';
import { StoreUnavailable } from '../store.ts';
import { startChild } from './children.test-support.ts';
import { openSqliteRoom } from './sqlite-room.test-support.ts';

test('while another process holds the lock writes are refused and stay undone, reads go on', async () => {
  const room = await openSqliteRoom();
  const { store } = room;
  try {
    const user = await addUser(store);
    const token = await addToken(store, user);
    const other = startChild('holdWriteLock', room.path);
    assert.equal(await other.line(), 'locked');

    const refused: { answered: number; error: unknown }[] = [];
    const tokens = Array.from({ length: 8 }, () => sampleToken(user));
    let reads = 0;
    const wave = async (n: number): Promise<void> => {
      const asked = performance.now();
      const calls = [
        store.endToken(token.id, 'logout', act),
        ...tokens.map((it) => store.issueToken(it, user.passwordHash, act)),
      ];
      // The next wave joins while this one waits.
      const next =
        n === 0 ? undefined : new Promise((resolve) => setImmediate(resolve)).then(() => wave(n - 1));
      for (const outcome of await Promise.allSettled(calls)) {
        assert.equal(outcome.status, 'rejected');
        refused.push({ answered: performance.now() - asked, error: outcome.reason });
      }
      await next;
    };
    let isRefused = false;
    const waves = wave(5).finally(() => {
      isRefused = true;
    });
    while (!isRefused) {
      assert.equal(await isLiving(store, token), true);
      await store.ping();
      reads += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await waves;
    assert.equal(refused.length, 6 * 9);
    assert.ok(reads > 100, `${reads} reads`);
    for (const { answered, error } of refused) {
      assert.ok(error instanceof StoreUnavailable, String(error));
      // Two seconds are promised; a busy machine gets some more.
      assert.ok(answered < 3000, `${answered} ms`);
    }

    other.goOn();
    assert.equal(await other.line(), 'released');
    // No restart. And what was refused is not done later: a write behind it finds all as it was.
    await addToken(store, user);
    for (const it of tokens) assert.equal(await isLiving(store, it), false);
    assert.equal(await isLiving(store, token), true);
    assert.equal(await store.endToken(token.id, 'logout', act), 'ended');
    await other.ended();
  } finally {
    await room.leave();
  }
});
