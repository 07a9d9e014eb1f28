import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { newId } from '../../ids.ts';
import { allEvents, checkChains } from '../exam/chains.ts';
import { act, addAdmin, addToken, addUser, now, sampleToken, sampleUser } from '../exam/samples.ts';
import { failTimes, keysOf, newPassword, rules } from '../exam/tries.ts';
import type { Store } from '../store.ts';
import { walkOf } from './audit-reads.ts';
import { openForWriting } from './connection.ts';
import { openSqliteRoom, type SqliteRoom } from './sqlite-room.test-support.ts';

async function inRoom(check: (room: SqliteRoom) => Promise<void>): Promise<void> {
  const room = await openSqliteRoom();
  try {
    await check(room);
  } finally {
    await room.leave();
  }
}

function change(path: string, sql: string): void {
  const db = openForWriting(path, 1000);
  db.exec(sql);
  db.close();
}

/** Everything that is in the tables. */
function dump(path: string): unknown[] {
  const db = new DatabaseSync(path, { readOnly: true });
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  const all = tables.map(({ name }) => [name, db.prepare(`SELECT * FROM ${name} ORDER BY 1`).all()]);
  db.close();
  return all;
}

test('an act whose event or signed head cannot be written has not happened', async () => {
  await inRoom(async ({ store, path }) => {
    const admin = await addAdmin(store);
    const user = await addUser(store);
    const token = await addToken(store, user);
    await addToken(store, user, { expiry: now });
    const away = { store, account: 'someone', source: 'away', user };
    await failTimes(away, rules.freeFailures - 1);
    const reserved = await store.reserveTry(keysOf('someone', 'away', newPassword()), rules, now);
    assert.ok(reserved.admitted);
    const failed = { outcome: 'failed', userId: user.id, reason: 'wrong_password' } as const;
    const works: ((store: Store) => Promise<unknown>)[] = [
      (it) => it.createUser(sampleUser(), act),
      (it) => it.importUser(sampleUser(), act),
      (it) => it.modifyUser(user.id, { disabled: true }, act),
      (it) => it.deleteUser(user.id, act),
      (it) => it.setPassword(user.id, { newHash: 'new' }, act),
      (it) => it.upgradePasswordHash(user.id, user.passwordHash, 'stronger', act),
      (it) => it.issueToken(sampleToken(user), user.passwordHash, act),
      (it) => it.endToken(token.id, 'logout', act),
      (it) => it.endTokens(user.id, { cause: 'revoked' }, act),
      (it) => it.sweepTokens({ maxAge: null, idleTimeout: null }, act, 10),
      (it) => it.rememberDigestKeys(new Map([['k', new Uint8Array(1)]]), act),
      (it) => it.settleTry(reserved, failed, rules, act),
      (it) => it.unlockUser(user.id, keysOf('someone', '').account, act),
      (it) => it.eraseUser(admin.id, act),
      (it) => it.pruneAuditEvents(now + 1, act, 10),
    ];
    for (const table of ['audit_events', 'audit_heads']) {
      change(path, `CREATE TRIGGER no_event BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'no'); END`);
      const before = dump(path);
      for (const work of works) {
        await assert.rejects(work(store), /no/, String(work));
        assert.deepEqual(dump(path), before, `${table}: ${work}`);
      }
      await Promise.allSettled(works.map((work) => work(store)));
      assert.deepEqual(dump(path), before, table);
      change(path, 'DROP TRIGGER no_event');
    }
    assert.equal(await store.endToken(token.id, 'logout', act), 'ended');
    await checkChains(store);
  });
});

test('a token with its indexes and its audit event takes at most 600 bytes', async () => {
  await inRoom(async ({ store, path }) => {
    const users = Array.from({ length: 100 }, () => sampleUser({ id: newId() }));
    await Promise.all(users.map((user) => store.createUser(user, act)));
    const size = () => {
      change(path, 'PRAGMA wal_checkpoint(TRUNCATE)');
      return statSync(path).size;
    };
    const before = size();
    const count = 5000;
    const origin = { ip: '203.0.113.77', userAgent: 'gsctl/0.24.1', activity: null, commandLine: null };
    for (let n = 0; n < count; n += 500) {
      await Promise.all(
        users.flatMap((user, i) =>
          [0, 1, 2, 3, 4].map((k) => {
            const time = now + n * 1000 + i * 5 + k;
            const seal = new Uint8Array(randomBytes(16));
            const token = sampleToken(user, {
              id: newId(),
              seal,
              created: time,
              expiry: time + 2_592_000_000,
            });
            const it = { time, actor: user.id, requestId: randomUUID(), origin };
            return store.issueToken(token, user.passwordHash, it);
          }),
        ),
      );
    }
    const bytes = (size() - before) / count;
    assert.ok(bytes <= 600, `${bytes} bytes`);
  });
});

test('a list by any one filter is a walk along an index, without sorting', async () => {
  await inRoom(async ({ path }) => {
    const db = openForWriting(path, 1000);
    for (const column of [undefined, 'event', 'subject', 'actor', 'request_id']) {
      const values = column === undefined ? [0, 9, 9, 1] : [1, 0, 9, 9, 1];
      const plan = db.prepare(`EXPLAIN QUERY PLAN ${walkOf(column)}`).all(...values);
      const [first, ...others] = plan.map(({ detail }) => String(detail));
      const range = column === undefined ? /\(time>\?/ : /\(\w+=\? AND time>\?/;
      assert.match(first ?? '', /^SEARCH e USING INDEX audit_events_by_/, column);
      assert.match(first ?? '', range);
      assert.ok(!others.some((step) => /SCAN|TEMP B-TREE/.test(step)), others.join());
    }
    db.close();
  });
});

test('what is refused, or finds nothing to do, is no transaction', async () => {
  await inRoom(async ({ store }) => {
    const it = { store, account: 'someone', source: 'away', user: undefined };
    await failTimes(it, rules.freeFailures);
    const { transactions } = store.diagnostics();
    const keys = keysOf('someone', 'away', 'another');
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => store.reserveTry(keys, rules, now + 1)),
    );
    assert.ok(answers.every(({ admitted }) => !admitted));
    assert.equal(await store.pruneAuditEvents(now, act, 100), 0);
    assert.equal(store.diagnostics().transactions, transactions);
  });
});

test('many acts in one transaction are signed once, and none of their events is missing', async () => {
  await inRoom(async ({ store, path }) => {
    const user = await addUser(store);
    const tokens = await Promise.all(Array.from({ length: 64 }, () => addToken(store, user)));
    change(
      path,
      'CREATE TABLE heads (n); CREATE TRIGGER h AFTER INSERT ON audit_heads BEGIN INSERT INTO heads VALUES (NEW.n); END',
    );
    const { transactions } = store.diagnostics();
    await Promise.all(tokens.map((token) => store.endToken(token.id, 'logout', act)));
    const db = new DatabaseSync(path, { readOnly: true });
    const heads = db.prepare('SELECT n FROM heads').all().length;
    db.close();
    assert.equal(heads, store.diagnostics().transactions - transactions);
    assert.ok(heads <= 8, `${heads} heads`);
    assert.equal((await allEvents(store, { event: 'token.revoked' })).length, 64);
    await checkChains(store);
  });
});

test('what was erased is not in the file any more', async () => {
  const room = await openSqliteRoom();
  try {
    const { store, path } = room;
    const origin = { ip: '203.0.113.77', userAgent: 'Unmistakable/1', activity: null, commandLine: null };
    const user = sampleUser({ email: 'somebody.unmistakable@example.org' });
    await store.createUser(user, { ...act, origin });
    for (let n = 0; n < 50; n += 1) {
      await store.issueToken(sampleToken(user), user.passwordHash, { ...act, actor: user.id, origin });
    }
    const isThere = () => /unmistakable/i.test(readFileSync(path, 'latin1'));
    await store.deleteUser(user.id, act);
    change(path, 'PRAGMA wal_checkpoint(TRUNCATE)');
    assert.equal(isThere(), true);
    await store.eraseUser(user.id, act);
    await store.close();
    assert.equal(isThere(), false);
    await checkChains(await room.openAnother());
  } finally {
    await room.leave();
  }
});
