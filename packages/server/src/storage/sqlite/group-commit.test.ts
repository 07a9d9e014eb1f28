import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { THROTTLE_RULES } from '../../login/throttle.ts';
import { act, addToken, addUser, examSigner, now, sampleToken } from '../exam/samples.ts';
import { StoreUnavailable, StoreUnusable } from '../store.ts';
import type { ActCall } from './acts.ts';
import { openChain } from './audit-chain.ts';
import { assertSetting, openForWriting } from './connection.ts';
import { commitTogether } from './group-commit.ts';
import { openSqliteRoom } from './sqlite-room.test-support.ts';
import { WriterLink } from './writer-link.ts';

/** Commits in the write-ahead log: a frame whose second header word isn't 0 (https://sqlite.org/fileformat2.html). */
function countCommits(path: string): number {
  const log = readFileSync(`${path}-wal`);
  const frame = 24 + log.readUInt32BE(8);
  let commits = 0;
  for (let at = 32; at + frame <= log.length; at += frame) {
    const isOfThisRound = log.readUInt32BE(at + 8) === log.readUInt32BE(16);
    if (isOfThisRound && log.readUInt32BE(at + 4) !== 0) commits += 1;
  }
  return commits;
}

test('64 endings at once share a few commits, and the counter tells the truth', async () => {
  const room = await openSqliteRoom();
  try {
    const { store, path } = room;
    const user = await addUser(store);
    const tokens = await Promise.all(Array.from({ length: 64 }, () => addToken(store, user)));
    const [commits, told] = [countCommits(path), store.diagnostics()];
    await Promise.all(tokens.map((token) => store.endToken(token.id, 'logout', act)));
    const made = countCommits(path) - commits;
    assert.ok(made >= 1 && made <= 8, `${made} commits`);
    assert.equal(store.diagnostics().transactions - told.transactions, made);
    assert.equal(store.diagnostics().acts - told.acts, 64);
  } finally {
    await room.leave();
  }
});

test('commits run with synchronous=FULL on a thread of their own, not on the main thread', async () => {
  const room = await openSqliteRoom();
  try {
    await addUser(room.store);
    const { threadId, synchronous } = room.store.diagnostics();
    assert.notEqual(threadId, 0);
    assert.equal(synchronous, 2);
  } finally {
    await room.leave();
  }
});

test('a try that is taken is not synced; whatever shares its commit is, and what comes after it', async () => {
  const room = await openSqliteRoom();
  const user = await addUser(room.store);
  await room.store.close();
  const db = openForWriting(room.path, 1_000);
  const synced: unknown[] = [];
  try {
    openChain(db, examSigner);
    // How SQLite is set when it is about to commit.
    db.function('how_synced', () => {
      synced.push(db.prepare('PRAGMA synchronous').get()?.synchronous);
      return 0;
    });
    db.exec(`CREATE TEMP TRIGGER tries AFTER INSERT ON try_counters BEGIN SELECT how_synced(); END;
      CREATE TEMP TRIGGER issued AFTER INSERT ON tokens BEGIN SELECT how_synced(); END`);
    const [FULL, NORMAL] = [2, 1];
    const take = (name: string): ActCall => {
      const key = (of: string): Uint8Array => Uint8Array.from(Buffer.from(`${of} ${name}`.padEnd(16)));
      const keys = { account: key('account'), source: key('source'), lane: key('lane') };
      const fingerprint = new Uint8Array(4);
      return { name: 'reserveTry', args: [{ ...keys, fingerprint }, THROTTLE_RULES, now] };
    };
    const issue = (): ActCall => ({ name: 'issueToken', args: [sampleToken(user), user.passwordHash, act] });
    const commit = (...calls: ActCall[]): unknown[] => {
      synced.length = 0;
      for (const outcome of commitTogether(db, calls, 0)) assert.ok(outcome.ok);
      return [...synced];
    };
    assert.deepEqual(commit(take('1')), [NORMAL]);
    assert.deepEqual(commit(issue()), [FULL]);
    assert.deepEqual(commit(take('2'), issue(), take('3')), [FULL, FULL, FULL]);
    // Also where it fails.
    const other = openForWriting(room.path, 0);
    other.exec('BEGIN IMMEDIATE');
    assert.equal(commitTogether(db, [take('4')], 0)[0]?.ok, false);
    other.exec('ROLLBACK');
    other.close();
    assertSetting(db, room.path, 'synchronous', FULL);
  } finally {
    db.close();
    await room.leave();
  }
});

test('a connection whose settings do not hold is refused', async () => {
  // An in-memory database can't have a write-ahead log.
  assert.throws(() => openForWriting(':memory:', 0), StoreUnusable);
  const room = await openSqliteRoom();
  const db = openForWriting(room.path, 0);
  try {
    db.exec('PRAGMA synchronous = NORMAL');
    assert.throws(() => assertSetting(db, room.path, 'synchronous', 2), /synchronous = 1, needed is 2/);
  } finally {
    db.close();
    await room.leave();
  }
});

test('a writer that dies rejects what was under way and is replaced', async () => {
  const room = await openSqliteRoom();
  const link = new WriterLink({ path: room.path, signer: examSigner, reserveBytes: 4096 });
  try {
    const nothing: ActCall[] = [{ name: 'rememberDigestKeys', args: [new Map(), act] }];
    await link.commit(nothing, 900);
    const { threadId } = link;
    assert.notEqual(threadId, 0);
    // Not a list: the thread trips over it, as over a defect of its own.
    await assert.rejects(link.commit(null as never, 900), StoreUnavailable);
    const outcomes = await link.commit(nothing, 900);
    assert.deepEqual(outcomes, [{ ok: true, value: [] }]);
    assert.notEqual(link.threadId, threadId);
  } finally {
    await link.close();
    await room.leave();
  }
});
