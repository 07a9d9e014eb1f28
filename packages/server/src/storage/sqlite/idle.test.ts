import assert from 'node:assert/strict';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { act, addToken, addUser, examSigner, isLiving, now } from '../exam/samples.ts';
import { StoreUnavailable } from '../store.ts';
import { openForWriting } from './connection.ts';
import { makeFolder, openSqliteRoom } from './sqlite-room.test-support.ts';
import { openSqliteStore } from './sqlite-store.ts';

const keys = new Map([['k1', new Uint8Array(32)]]);
const policy = { maxAge: 1_000, idleTimeout: 1_000 };

test('a start on known keys and housekeeping that finds nothing write nothing, and no thread is there to write', async () => {
  const room = await openSqliteRoom();
  try {
    const user = await addUser(room.store);
    const token = await addToken(room.store, user);
    await room.store.rememberDigestKeys(keys, act);
    const store = await room.openAnother();
    assert.deepEqual(
      (await store.rememberDigestKeys(keys, act)).map(({ keyId }) => keyId),
      ['k1'],
    );
    assert.equal(await store.giveBackTries(now), 0);
    assert.equal(await store.forgetTries(now, 10, 100), 0);
    assert.equal(await store.forgetEndedTokens(now, 100), 0);
    assert.equal(await store.sweepTokens(policy, act, 100), 0);
    assert.equal(await store.pruneAuditEvents(0, act, 100), 0);
    assert.equal(await store.forgetActivity({ countsBefore: now, requestsBefore: now, most: 10 }, 100), 0);
    const { transactions, threadId } = store.diagnostics();
    assert.deepEqual([transactions, threadId], [0, 0]);

    assert.equal(await store.endToken(token.id, 'logout', act), 'ended');
    assert.equal(await isLiving(store, token), false);
    assert.notEqual(store.diagnostics().threadId, 0);
    assert.equal(store.diagnostics().transactions, 1);
  } finally {
    await room.leave();
  }
});

test('a database that is locked just now is opened: the lock passes', async () => {
  const room = await openSqliteRoom();
  const other = openForWriting(room.path, 0);
  try {
    other.exec('BEGIN IMMEDIATE');
    const store = await room.openAnother();
    await assert.rejects(addUser(store), StoreUnavailable);
    other.exec('ROLLBACK');
    await addUser(store);
  } finally {
    other.close();
    await room.leave();
  }
});

test('the log that a crash has left is folded into the database at the end, though nobody has written since', async () => {
  const [room, folder] = [await openSqliteRoom(), makeFolder()];
  try {
    const token = await addToken(room.store, await addUser(room.store));
    const path = join(folder, 'guardbee.db');
    for (const suffix of ['', '-wal']) copyFileSync(`${room.path}${suffix}`, `${path}${suffix}`);
    const options = { path, signer: examSigner, reserveBytes: 4096 };
    const store = await openSqliteStore(options);
    assert.equal(await isLiving(store, token), true);
    assert.equal(store.diagnostics().threadId, 0);
    await store.close();
    assert.equal(existsSync(`${path}-wal`), false);
    const again = await openSqliteStore(options);
    assert.equal(await isLiving(again, token), true);
    await again.close();
  } finally {
    await room.leave();
    rmSync(folder, { recursive: true });
  }
});
