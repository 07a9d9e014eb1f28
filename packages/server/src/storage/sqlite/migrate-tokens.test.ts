import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { act, examSigner, now } from '../exam/samples.ts';
import type { TokenRecord } from '../records.ts';
import { openForReading, openForWriting } from './connection.ts';
import { createDatabase } from './create-database.ts';
import { migrate, schemaVersion } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { makeFolder } from './sqlite-room.test-support.ts';
import { openSqliteStore } from './sqlite-store.ts';

/** The statements of the version that knew schema 1, word for word. */
const old = {
  addUser: `INSERT INTO users (id, email, canonical_email, password_hash, created, expiry, admin, disabled)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  changeUser:
    'UPDATE users SET email = ?, canonical_email = ?, expiry = ?, admin = ?, disabled = ? WHERE id = ?',
  addToken: `INSERT INTO tokens (digest, id, user_id, key_id, seal, name, created, expiry, scopes)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  findToken: `SELECT
    t.id AS token_id, t.digest, t.key_id, t.seal, t.name, t.created AS token_created, t.expiry AS token_expiry, t.scopes,
    u.id, u.email, u.canonical_email, u.password_hash, u.created, u.expiry, u.admin, u.disabled
    FROM tokens t JOIN users u ON u.id = t.user_id WHERE t.digest IN (?)`,
  bury: `INSERT INTO ended_tokens (id, user_id, name, created, expiry, scopes, cause, ended, actor, request_id)
    SELECT id, user_id, name, created, expiry, scopes, ?, ?, ?, ? FROM tokens WHERE id = ? ORDER BY created, id`,
  remove: 'DELETE FROM tokens WHERE id = ?',
};

const digestOf = (id: string): Uint8Array => new Uint8Array(createHash('sha256').update(id).digest());

function oldToken(n: number): TokenRecord {
  return {
    id: `t${n}`,
    userId: `u${n % 3}`,
    digest: digestOf(`t${n}`),
    keyId: n % 2 === 0 ? 'k1' : 'k2',
    seal: new Uint8Array(randomBytes(32)),
    name: n % 5 === 0 ? `name ${n}` : null,
    created: now - (n % 7),
    expiry: n % 4 === 0 ? null : now + n,
    scopes: n % 6 === 0 ? ['a', 'b'] : ['*'],
  };
}

function add(db: DatabaseSync, token: TokenRecord): void {
  const { digest, id, userId, keyId, seal, name, created, expiry, scopes } = token;
  db.prepare(old.addToken).run(digest, id, userId, keyId, seal, name, created, expiry, scopes.join(' '));
}

function end(db: DatabaseSync, id: string): void {
  db.exec('BEGIN IMMEDIATE');
  db.prepare(old.bury).run('logout', now, null, null, id);
  assert.equal(db.prepare(old.remove).run(id).changes, 1);
  db.exec('COMMIT');
}

/** A database as schema 1 had it, with users and tokens. */
function oldDatabase(t: TestContext) {
  const folder = makeFolder();
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'guardbee.db');
  createDatabase(path);
  migrate(path, migrations.slice(0, 1));
  const db = openForWriting(path, 1000);
  t.after(() => db.close());
  const tokens = Array.from({ length: 500 }, (_, n) => oldToken(n));
  db.exec('BEGIN');
  for (let n = 0; n < 3; n += 1) {
    db.prepare(old.addUser).run(`u${n}`, `U${n}`, `u${n}@x`, 'hash', now, null, Number(n === 0), 0);
  }
  for (const token of tokens) add(db, token);
  db.exec('COMMIT');
  end(db, 't499');
  tokens.pop();
  return { path, db, tokens };
}

/** Everything that is in the database, and how it is made. */
function dump(path: string): unknown[] {
  const db = openForReading(path);
  const schema = db.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all();
  const tables = schema.filter(({ sql }) => String(sql).startsWith('CREATE TABLE')).map(({ name }) => name);
  const all = tables.map((name) => db.prepare(`SELECT * FROM ${name} ORDER BY 1, 2`).all());
  const version = schemaVersion(db);
  db.close();
  return [version, schema, all];
}

test('users and tokens of schema 1 come through whole', async (t) => {
  const { path, db, tokens } = oldDatabase(t);
  db.close();
  t.mock.method(db, 'close', () => {});
  const store = await openSqliteStore({ path, signer: examSigner, reserveBytes: 4096 });
  try {
    for (const token of tokens) {
      const found = await store.findToken([token.digest]);
      assert.deepEqual(found?.token, token);
      assert.deepEqual(found.user, await store.findUser(token.userId));
      assert.deepEqual(found.user.groups, []);
      assert.equal((await store.findTokenById(token.id))?.lastUsed, null);
    }
    assert.equal((await store.scanTokens({ after: '', limit: 1000 })).length, 499);
    assert.equal((await store.findEndedToken('t499'))?.ended.cause, 'logout');
    const keys = await store.rememberDigestKeys(
      new Map([
        ['k1', new Uint8Array(1)],
        ['k2', new Uint8Array(1)],
      ]),
      act,
    );
    assert.deepEqual(
      keys.map(({ used }) => used),
      [true, true],
    );
    assert.equal(await store.latestChange(), 0);

    const use = { time: now, ip: '::1', activity: null, userAgent: null };
    await store.recordUses(new Map([['t1', use]]));
    assert.deepEqual((await store.findTokenById('t1'))?.lastUsed, use);
    const dead = tokens.filter(({ created }) => created <= now - 6).map(({ id }) => id);
    assert.equal(await store.sweepTokens({ maxAge: 6, idleTimeout: null }, act, 10_000), dead.length);
    for (const id of dead) assert.equal((await store.findEndedToken(id))?.ended.cause, 'policy');
    // The last of them ends for each key: the counters came through as well.
    await store.endTokens('u0', { cause: 'revoked' }, act);
    await store.endTokens('u1', { cause: 'revoked' }, act);
    assert.equal(
      (await store.rememberDigestKeys(new Map(), act)).every(({ used }) => used),
      true,
    );
    await store.endTokens('u2', { cause: 'revoked' }, act);
    assert.equal(
      (await store.rememberDigestKeys(new Map(), act)).some(({ used }) => used),
      false,
    );
  } finally {
    await store.close();
  }
});

test('a migration that fails at any of its statements leaves schema 1 as it was', (t) => {
  const { path } = oldDatabase(t);
  const before = dump(path);
  const [first = '', second = ''] = migrations;
  // Each statement in turn is followed by one that can't be carried out.
  const statements = second.split(/;\s*\n\n|;\n(?=[A-Z])/);
  assert.ok(statements.length > 15, `${statements.length} statements`);
  let failed = 0;
  for (let n = 1; n <= statements.length; n += 1) {
    const step = `${statements.slice(0, n).join(';\n')};\nINSERT INTO nowhere VALUES (1)`;
    assert.throws(() => migrate(path, [first, step]), { name: 'StoreUnusable' });
    failed += 1;
    assert.deepEqual(dump(path), before, `after statement ${n}`);
  }
  assert.equal(failed, statements.length);
  migrate(path);
  assert.equal(dump(path)[0], migrations.length);
});

test('a service of the version before goes on, and what it ends is among the changes', async (t) => {
  const { path, db, tokens } = oldDatabase(t);
  // Prepared before the migration, as by a service that is running.
  const find = db.prepare(old.findToken);
  assert.equal(find.get(digestOf('t1'))?.token_id, 't1');
  const store = await openSqliteStore({ path, signer: examSigner, reserveBytes: 4096 });
  try {
    store.newChanges?.();
    assert.equal(find.get(digestOf('t1'))?.token_id, 't1');
    const fresh = oldToken(1000);
    add(db, fresh);
    db.prepare(old.addUser).run('new', 'N', 'n@x', 'hash', now, null, 0, 0);
    assert.deepEqual((await store.findUser('new'))?.groups, []);
    assert.deepEqual((await store.findTokenById(fresh.id))?.token, fresh);
    assert.deepEqual(store.newChanges?.(), []);

    end(db, 't1');
    db.prepare(old.changeUser).run('V', 'v@x', null, 0, 0, 'u1');
    const told = store
      .newChanges?.()
      .map(({ kind, ...rest }) => [kind, 'tokenId' in rest ? rest.tokenId : 'userId' in rest && rest.userId]);
    assert.deepEqual(told, [
      ['token', 't1'],
      ['user', 'u1'],
    ]);
    assert.equal((await store.findEndedToken('t1'))?.ended.cause, 'logout');

    // And what this version issues and ends, that one sees.
    const user = await store.findUser('u2');
    const token = { ...oldToken(2000), userId: 'u2' };
    assert.equal(await store.issueToken(token, user?.passwordHash ?? '', act), 'issued');
    assert.equal(find.get(token.digest)?.token_id, token.id);
    await store.modifyUser('u2', { groups: ['a'] }, act);
    db.prepare(old.changeUser).run('W', 'w@x', null, 0, 0, 'u2');
    assert.deepEqual((await store.findUser('u2'))?.groups, ['a']);
    await store.endToken(token.id, 'logout', act);
    assert.equal(find.get(token.digest), undefined);
    assert.ok(tokens.length > 0);
  } finally {
    await store.close();
  }
});
