import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { startChild } from './children.test-support.ts';
import { createDatabase } from './create-database.ts';
import { migrate, schemaVersion } from './migrate.ts';
import { makeFolder } from './sqlite-room.test-support.ts';

function tablesOf(path: string): unknown[] {
  const db = new DatabaseSync(path, { readOnly: true });
  const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  const version = schemaVersion(db);
  db.close();
  return [version, ...names.map((row) => row.name)];
}

test('a migration step happens whole or not at all, and goes on from where it stopped', () => {
  const folder = makeFolder();
  const path = join(folder, 'guardbee.db');
  try {
    createDatabase(path);
    const first = 'CREATE TABLE a (x TEXT) STRICT';
    migrate(path, [first]);
    const broken = 'CREATE TABLE b (x TEXT) STRICT; INSERT INTO b VALUES (1); INSERT INTO nowhere VALUES (1)';
    assert.throws(() => migrate(path, [first, broken]), { name: 'StoreUnusable', message: /nothing of it/ });
    assert.deepEqual(tablesOf(path), [1, 'a']);
    migrate(path, [first, 'CREATE TABLE b (x TEXT) STRICT', 'CREATE TABLE c (x TEXT) STRICT']);
    assert.deepEqual(tablesOf(path), [3, 'a', 'b', 'c']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('processes that start at once on nothing share one database and one first user (4 trials of 3)', async () => {
  for (let trial = 0; trial < 4; trial += 1) {
    const folder = makeFolder();
    const children = Array.from({ length: 3 }, () => startChild('firstUser', join(folder, 'guardbee.db')));
    const lines = await Promise.all(children.map((child) => child.line()));
    assert.deepEqual(lines.toSorted(), ['created', 'not_first', 'not_first']);
    await Promise.all(children.map((child) => child.ended()));
    rmSync(folder, { recursive: true });
  }
});
