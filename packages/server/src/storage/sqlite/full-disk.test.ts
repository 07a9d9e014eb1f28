import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { allEvents, checkChains, eventsOf } from '../exam/chains.ts';
import { act, addToken, addUser, endCause, examSigner, isLiving, sampleToken } from '../exam/samples.ts';
import { StoreUnavailable } from '../store.ts';
import { makeFolder } from './sqlite-room.test-support.ts';
import { openSqliteStore } from './sqlite-store.ts';

function mountSmallDisk(): string | undefined {
  const folder = makeFolder();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder]).status === 0) return folder;
  rmSync(folder, { recursive: true });
  return undefined;
}

function fill(file: string): void {
  const handle = openSync(file, 'w');
  try {
    for (;;) writeSync(handle, new Uint8Array(4096));
  } catch {
    // Full now.
  } finally {
    closeSync(handle);
  }
}

test('on a full disk nobody logs in, endings work and leave their events, and room again is enough to go on', async (t) => {
  const disk = mountSmallDisk();
  if (disk === undefined) return t.skip('needs the right to mount a small file system');
  const store = await openSqliteStore({
    path: join(disk, 'guardbee.db'),
    signer: examSigner,
    reserveBytes: 1024 * 1024,
  });
  try {
    const [user, other] = [await addUser(store), await addUser(store)];
    const tokens = await Promise.all(Array.from({ length: 300 }, () => addToken(store, user)));
    const filler = join(disk, 'filler');
    fill(filler);

    const issue = async (): Promise<string> => {
      const token = sampleToken(other, { name: 'x'.repeat(1000) });
      return store.issueToken(token, other.passwordHash, act);
    };
    const isRefused = (error: unknown): boolean => error instanceof StoreUnavailable;
    // The log may have a little room left in its last block.
    await assert.rejects(async () => {
      for (let n = 0; n < 1000; n += 1) await issue();
    }, isRefused);
    const remaining = tokens.splice(0, 3);
    for (const token of tokens) {
      await assert.rejects(issue(), isRefused);
      assert.equal(await isLiving(store, token), true);
      assert.equal(await store.endToken(token.id, 'logout', act), 'ended');
      assert.equal(await isLiving(store, token), false);
      assert.equal(await endCause(store, token), 'logout');
    }

    const others = await eventsOf(store, async () => {
      const all = await store.endTokens(user.id, { cause: 'revoked' }, act);
      assert.deepEqual(all, { ended: remaining.length });
      await store.setPassword(user.id, { newHash: 'new', account: new Uint8Array(16) }, act);
      await store.modifyUser(user.id, { disabled: true }, act);
      await store.deleteUser(user.id, act);
      await store.rememberDigestKeys(new Map([['k', new Uint8Array(16)]]), act);
    });
    assert.deepEqual(
      others.map(({ event }) => event),
      ['keys.added', 'user.deleted', 'user.modified', 'password.reset', 'tokens.revoked'],
    );
    assert.equal((await allEvents(store, { event: 'token.revoked' })).length, tokens.length);
    await checkChains(store);

    rmSync(filler);
    // The reserve is laid down again first; that is tried once a second.
    const giveUp = performance.now() + 20_000;
    for (;;) {
      const answer = await issue().catch((error: unknown) => error);
      if (answer === 'issued') break;
      assert.ok(isRefused(answer) && performance.now() < giveUp, String(answer));
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    await store.close();
    spawnSync('umount', [disk]);
    rmSync(disk, { recursive: true, force: true });
  }
});
