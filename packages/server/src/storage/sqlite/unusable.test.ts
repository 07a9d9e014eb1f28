import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { addToken, addUser, examSigner } from '../exam/samples.ts';
import { StoreUnavailable, StoreUnusable } from '../store.ts';
import { startChild } from './children.test-support.ts';
import { makeFolder, openSqliteRoom } from './sqlite-room.test-support.ts';
import { openSqliteStore } from './sqlite-store.ts';

/** A closed database with something in it. */
async function closedDatabase(t: TestContext): Promise<string> {
  const room = await openSqliteRoom();
  t.after(() => rmSync(room.folder, { recursive: true, force: true }));
  const user = await addUser(room.store);
  await Promise.all(Array.from({ length: 200 }, () => addToken(room.store, user)));
  await room.store.close();
  return room.path;
}

async function assertRefusedUntouched(path: string, reason: RegExp): Promise<void> {
  const before = readFileSync(path);
  await assert.rejects(openSqliteStore({ path, signer: examSigner }), (error) => {
    assert.ok(error instanceof StoreUnusable, String(error));
    assert.match(error.message, reason);
    assert.ok(error.message.includes(path), error.message);
    return true;
  });
  assert.ok(before.equals(readFileSync(path)), 'the file is byte for byte what it was');
}

test('a newer schema is refused and left as it is', async (t) => {
  const path = await closedDatabase(t);
  const db = new DatabaseSync(path);
  db.exec('PRAGMA user_version = 99');
  db.close();
  await assertRefusedUntouched(path, /schema version 99/);
});

test("somebody else's SQLite file is refused and left as it is", async (t) => {
  const path = join(makeFolder(), 'other.db');
  t.after(() => rmSync(join(path, '..'), { recursive: true }));
  const db = new DatabaseSync(path);
  db.exec('CREATE TABLE users (id)');
  db.close();
  await assertRefusedUntouched(path, /not a Guardbee database/);
});

test('a file that is no database, or an empty one, is refused and left as it is', async (t) => {
  const path = join(makeFolder(), 'guardbee.db');
  t.after(() => rmSync(join(path, '..'), { recursive: true }));
  writeFileSync(path, 'These are my notes. '.repeat(500));
  await assertRefusedUntouched(path, /not a database/);
  writeFileSync(path, '');
  await assertRefusedUntouched(path, /is empty/);
});

test('a damaged database is refused and left as it is', async (t) => {
  const path = await closedDatabase(t);
  const sound = readFileSync(path);
  writeFileSync(path, sound.subarray(0, sound.length / 2));
  await assertRefusedUntouched(path, /damaged/);
  // Every page in turn, but the first, is overwritten with noise.
  for (let page = 4096; page < sound.length; page += 4096) {
    const damaged = Buffer.from(sound);
    damaged.fill(0xa5, page, page + 4096);
    writeFileSync(path, damaged);
    await assertRefusedUntouched(path, /damaged/);
  }
  writeFileSync(path, sound);
  await (await openSqliteStore({ path, signer: examSigner, reserveBytes: 4096 })).close();
});

test('a log without its database is refused and left as it is', async (t) => {
  const path = join(makeFolder(), 'guardbee.db');
  t.after(() => rmSync(join(path, '..'), { recursive: true }));
  writeFileSync(`${path}-wal`, 'precious');
  await assert.rejects(openSqliteStore({ path, signer: examSigner }), {
    name: 'StoreUnusable',
    message: /is missing/,
  });
  assert.deepEqual(readdirSync(join(path, '..')), ['guardbee.db-wal']);
  assert.equal(readFileSync(`${path}-wal`, 'utf8'), 'precious');
});

test('a folder that cannot be written to is refused with the reason', async (t) => {
  const path = await closedDatabase(t);
  const folder = join(path, '..');
  const before = readFileSync(path);
  const isRoot = process.getuid?.() === 0;
  chmodSync(path, 0o444);
  chmodSync(folder, 0o555);
  // Root may write everywhere, so somebody else tries.
  const child = startChild('open', path, isRoot ? { uid: 65534 } : {});
  const line = await child.line();
  chmodSync(folder, 0o700);
  if (line === undefined) return t.skip('the sources are not readable for another user');
  assert.match(line, /^StoreUnusable: .*guardbee\.db/);
  assert.ok(before.equals(readFileSync(path)));
});

test('a database that another program has for itself is unavailable, not unusable', async (t) => {
  const path = await closedDatabase(t);
  const db = new DatabaseSync(path);
  db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; PRAGMA user_version = 1');
  await assert.rejects(openSqliteStore({ path, signer: examSigner }), StoreUnavailable);
  db.close();
  await (await openSqliteStore({ path, signer: examSigner, reserveBytes: 4096 })).close();
});

test('the database and what SQLite puts beside it are readable for their user only', async (t) => {
  const path = await closedDatabase(t);
  chmodSync(path, 0o644);
  const store = await openSqliteStore({ path, signer: examSigner, reserveBytes: 4096 });
  await addUser(store);
  const files = readdirSync(join(path, '..'));
  assert.deepEqual(files.toSorted(), [
    'guardbee.db',
    'guardbee.db-reserve',
    'guardbee.db-shm',
    'guardbee.db-wal',
  ]);
  for (const file of files) assert.equal(statSync(join(path, '..', file)).mode & 0o777, 0o600, file);
  await store.close();
});
