import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { act, addAdmin, addToken, addUser, isLiving, sampleUser } from '../exam/samples.ts';
import { startChild } from './children.test-support.ts';
import { lockDirectory } from './directory-lock.ts';
import { makeFolder, openSqliteRoom } from './sqlite-room.test-support.ts';

test('processes that remove all administrators at once leave one (3 trials of 3)', async () => {
  const room = await openSqliteRoom();
  try {
    for (let trial = 0; trial < 3; trial += 1) {
      await Promise.all(Array.from({ length: 12 }, () => addAdmin(room.store)));
      const children = Array.from({ length: 3 }, () => startChild('removeAdministrators', room.path));
      for (const child of children) assert.equal(await child.line(), 'ready');
      for (const child of children) child.goOn();
      for (const child of children) assert.equal(await child.line(), 'done');
      await Promise.all(children.map((child) => child.ended()));
      const left = (await room.store.listUsers({ after: '', limit: 1000 })).filter((user) => user.admin);
      assert.equal(left.length, 1);
    }
  } finally {
    await room.leave();
  }
});

test('two busy processes on one file get their turns: no write is refused', async () => {
  const room = await openSqliteRoom();
  const other = startChild('writeForever', room.path);
  try {
    assert.match((await other.line()) ?? '', /^issued/);
    const user = await addUser(room.store);
    for (let n = 0; n < 50; n += 1) {
      const token = await addToken(room.store, user);
      assert.equal(await room.store.endToken(token.id, 'logout', act), 'ended');
      assert.equal(await isLiving(room.store, token), false);
    }
    assert.equal(await room.store.createFirstUser(sampleUser(), act), 'not_first');
  } finally {
    other.kill();
    await other.ended();
    await room.leave();
  }
});

test('a data directory has one server, until that ends, however it ends', async () => {
  const folder = makeFolder();
  try {
    const other = startChild('lockDirectory', folder);
    assert.equal(await other.line(), 'locked');
    const inUse = { name: 'StoreUnusable', message: /in use by another Guardbee server/ };
    assert.throws(() => lockDirectory(folder), inUse);
    other.kill();
    await other.ended();

    const lock = lockDirectory(folder);
    assert.throws(() => lockDirectory(folder), inUse);
    const second = startChild('lockDirectory', folder);
    assert.match((await second.line()) ?? '', /^StoreUnusable: .* is in use/);
    await second.ended();
    lock.release();
    lockDirectory(folder).release();
    assert.throws(() => lockDirectory(`${folder}/missing`), {
      name: 'StoreUnusable',
      message: /can't be locked/,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
