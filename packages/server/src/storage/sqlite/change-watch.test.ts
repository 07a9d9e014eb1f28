import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { act, addToken, addUser } from '../exam/samples.ts';
import type { WhatChanged } from '../records.ts';
import { StoreUnavailable } from '../store.ts';
import { ChangeWatch } from './change-watch.ts';
import { startChild } from './children.test-support.ts';
import { openForReading, openForWriting } from './connection.ts';
import type { Reader } from './reader.ts';
import { openSqliteRoom } from './sqlite-room.test-support.ts';

const tokenOf = (change: WhatChanged): string => (change.kind === 'token' ? change.tokenId : change.kind);

test("another process's endings are in the new changes when it has told of them (2 processes, 600 endings)", async () => {
  const room = await openSqliteRoom();
  const others = [startChild('writeForever', room.path), startChild('writeForever', room.path)];
  const { store } = room;
  try {
    const seen = new Set<string>();
    const look = (): void => {
      for (const change of store.newChanges?.() ?? []) seen.add(tokenOf(change));
    };
    look();
    for (const other of others) await other.line();
    const user = await addUser(store);
    const follow = others.map(async (other) => {
      for (let endings = 0; endings < 300; ) {
        const line = await other.line();
        assert.ok(line !== undefined, 'it goes on until it is killed');
        const [what, id = ''] = line.split(' ');
        if (what !== 'ended') continue;
        endings += 1;
        look();
        assert.ok(seen.has(id), `${id} was answered before the look`);
      }
      other.kill();
    });
    let isOver = false;
    const following = Promise.allSettled(follow).finally(() => {
      isOver = true;
    });
    let own = 0;
    while (!isOver) {
      const token = await addToken(store, user);
      await store.endToken(token.id, 'logout', act);
      look();
      assert.ok(seen.has(token.id));
      own += 1;
    }
    for (const outcome of await following) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
    assert.ok(own > 0);
    assert.ok(!seen.has('all'));
  } finally {
    for (const other of others) other.kill();
    await Promise.all(others.map((other) => other.ended()));
    await room.leave();
  }
});

/** A watch on the room's database through a connection that fails when it is told to. */
function fragileWatch(path: string) {
  const db = openForReading(path);
  const trouble = { at: '' };
  const fragile = new Proxy(db, {
    get(target, name) {
      if (name !== 'prepare') return Reflect.get(target, name);
      return (sql: string) => {
        const statement = target.prepare(sql);
        return new Proxy(statement, {
          get(it, method) {
            const value = Reflect.get(it, method);
            if (typeof value !== 'function') return value;
            return (...args: unknown[]) => {
              if (trouble.at !== '' && sql.includes(trouble.at)) throw new StoreUnavailable('locked');
              return value.apply(it, args);
            };
          },
        });
      };
    },
  });
  const reader = { readNow: <T>(work: (it: DatabaseSync) => T): T => work(fragile) };
  return { watch: new ChangeWatch(reader as unknown as Reader), trouble, close: () => db.close() };
}

test('a look that fails loses nothing: the next one tells', async () => {
  const room = await openSqliteRoom();
  const { watch, trouble, close } = fragileWatch(room.path);
  try {
    const user = await addUser(room.store);
    trouble.at = 'max(seq)';
    assert.throws(() => watch.newChanges(), StoreUnavailable);
    trouble.at = '';
    watch.newChanges();
    for (const at of ['data_version', 'FROM changes']) {
      const token = await addToken(room.store, user);
      await room.store.endToken(token.id, 'logout', act);
      trouble.at = at;
      assert.throws(() => watch.newChanges(), StoreUnavailable);
      assert.throws(() => watch.newChanges(), StoreUnavailable);
      trouble.at = '';
      assert.deepEqual(watch.newChanges().map(tokenOf), [token.id]);
      assert.deepEqual(watch.newChanges(), []);
    }
  } finally {
    close();
    await room.leave();
  }
});

test('after a very long time everything has changed, and then it goes on', async () => {
  const room = await openSqliteRoom();
  const db = openForWriting(room.path, 1000);
  try {
    const { store } = room;
    store.newChanges?.();
    const add = (count: number): void => {
      db.exec(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
         INSERT INTO changes (user_id) SELECT 'u' || i FROM n`,
      );
    };
    add(9_999);
    assert.equal(store.newChanges?.().length, 9_999);
    add(10_001);
    assert.deepEqual(store.newChanges?.(), [
      { kind: 'all', seq: 20_000, time: (await store.changesAfter(19_999, 1))[0]?.time },
    ]);
    add(1);
    assert.deepEqual(store.newChanges?.(), await store.changesAfter(20_000, 2));
  } finally {
    db.close();
    await room.leave();
  }
});
