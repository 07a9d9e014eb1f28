import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openForWriting } from './connection.ts';
import { openSqliteRoom, type SqliteRoom } from './sqlite-room.test-support.ts';

const hour = 3_600_000;

function add(db: DatabaseSync, count: number): void {
  db.exec(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
     INSERT INTO changes (user_id) SELECT 'u' || i FROM n`,
  );
}

function rows(db: DatabaseSync): number {
  return Number(db.prepare('SELECT count(*) AS rows FROM changes').get()?.rows);
}

async function withChanges(check: (room: SqliteRoom, db: DatabaseSync) => Promise<void>): Promise<void> {
  const room = await openSqliteRoom();
  const db = openForWriting(room.path, 1000);
  try {
    await check(room, db);
  } finally {
    db.close();
    await room.leave();
  }
}

test('changes are kept for an hour, then some thousand at a time are removed', async () => {
  await withChanges(async ({ store }, db) => {
    add(db, 2000);
    db.exec(`UPDATE changes SET time = time - ${hour - 60_000}`);
    add(db, 300);
    assert.equal(rows(db), 2301, 'with the row where the record begins');
    assert.equal((await store.changesAfter(0, 1)).at(0)?.seq, 1);

    db.exec(`UPDATE changes SET time = time - 120000 WHERE seq <= 1500`);
    add(db, 128);
    assert.equal(rows(db), 2301 + 128 - 999);
    add(db, 128);
    assert.equal(rows(db), 2301 + 256 - 1500);
    add(db, 1280);
    assert.equal(rows(db), 2301 + 256 + 1280 - 1500, 'what is younger stays');

    // 1500 is the last that is gone: who has seen it has missed nothing.
    assert.deepEqual(
      (await store.changesAfter(1500, 2)).map(({ seq, kind }) => [seq, kind]),
      [
        [1501, 'user'],
        [1502, 'user'],
      ],
    );
    const latest = await store.latestChange();
    for (const seq of [0, 1, 1499]) {
      const [change, ...more] = await store.changesAfter(seq, 10);
      assert.deepEqual([change?.kind, change?.seq, more.length], ['all', latest, 0], String(seq));
    }
  });
});

test('the latest change stays, however old it is', async () => {
  await withChanges(async ({ store }, db) => {
    add(db, 127);
    db.exec(`UPDATE changes SET time = time - ${2 * hour}`);
    add(db, 1);
    assert.equal(await store.latestChange(), 128);
    assert.deepEqual(await store.changesAfter(128, 10), []);
    assert.equal(rows(db), 2);
    db.exec(`UPDATE changes SET time = time - ${2 * hour}`);
    assert.equal(await store.latestChange(), 128);
  });
});

test('a clock that was set back keeps more, and leaves no gap', async () => {
  await withChanges(async ({ store }, db) => {
    add(db, 100);
    db.exec(`UPDATE changes SET time = time - ${2 * hour}`);
    add(db, 100);
    db.exec(`UPDATE changes SET time = time - ${2 * hour} WHERE seq > 150`);
    add(db, 100);
    const left = (await store.changesAfter(100, 1000)).map(({ seq }) => seq);
    assert.deepEqual(
      left,
      Array.from({ length: 200 }, (_, n) => 101 + n),
    );
    assert.equal((await store.changesAfter(99, 1)).at(0)?.kind, 'all');
  });
});
