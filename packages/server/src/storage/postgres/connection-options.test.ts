import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConnectionOptions } from './connection-options.ts';

test('a URL is read into its parts, and what is missing is left to the driver', () => {
  assert.deepEqual(readConnectionOptions('postgres://us%40er:p%3Aw%25@127.0.0.1:5433/my%2Fdb'), {
    host: '127.0.0.1',
    port: 5433,
    user: 'us@er',
    password: 'p:w%',
    database: 'my/db',
    ssl: false,
  });
  assert.deepEqual(readConnectionOptions('postgresql://localhost/x'), {
    host: 'localhost',
    database: 'x',
    ssl: false,
  });
  const socket = { host: '/run/postgresql', database: 'x', ssl: false };
  for (const url of ['postgres:///x?host=/run/postgresql', 'postgres://localhost/x?host=%2Frun%2Fpostgresql'])
    assert.deepEqual(readConnectionOptions(url), socket);
  assert.deepEqual(readConnectionOptions('postgres://me@[::1]:1/x').host, '::1');
});

test('who nobody names is who runs the service, also where the environment does not say', () => {
  const script = `await import('./connections.ts'); const { default: pg } = await import('pg'); console.log(new pg.Client().user)`;
  const { USER, PGUSER, ...env } = process.env;
  const ask = (more: Record<string, string>): string =>
    spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      env: { ...env, ...more },
      encoding: 'utf8',
    }).stdout.trim();
  assert.equal(ask({}), userInfo().username);
  assert.equal(ask({ PGUSER: 'named' }), 'named');
});

test('a connection that leaves the machine is encrypted and checked, unless it is told otherwise', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guardbee-'));
  const file = join(folder, 'ca.pem');
  writeFileSync(file, 'a certificate');
  const ssl = (rest: string) => readConnectionOptions(`postgres://db.example.org/x${rest}`).ssl;
  assert.deepEqual(ssl(''), {});
  assert.deepEqual(ssl('?sslmode=verify-full'), {});
  assert.deepEqual(ssl('?sslmode=disable'), false);
  assert.deepEqual(ssl('?sslmode=require'), { rejectUnauthorized: false });
  const full = ssl(`?sslrootcert=${file}&sslcert=${file}&sslkey=${file}`);
  assert.deepEqual(full, { ca: 'a certificate', cert: 'a certificate', key: 'a certificate' });
  for (const mode of ['require', 'verify-ca']) {
    const checked = ssl(`?sslmode=${mode}&sslrootcert=${file}`);
    assert.ok(typeof checked === 'object' && checked.ca !== undefined);
    assert.equal(checked.rejectUnauthorized, undefined);
    assert.equal(checked.checkServerIdentity?.('other', {} as never), undefined);
  }
  rmSync(folder, { recursive: true });
});

test('what cannot be used is refused with the reason, and without the password', () => {
  for (const [rest, reason] of [
    ['@db/', /names no database/],
    ['@db', /names no database/],
    ['@db/x?sslmode=prefer', /sslmode is disable, require/],
    ['@db/x?sslmode=', /sslmode is disable, require/],
    ['@db/x?statement_timeout=0', /"statement_timeout" is not one of/],
    ['@db/x?sslrootcert=/nowhere', /sslrootcert can't be read \(ENOENT\)/],
    ['@db/%zz', /%/],
    ['@db:99999/x', /is not postgres:\/\//],
    ['@d b/x', /is not postgres:\/\//],
  ] as const) {
    assert.throws(
      () => readConnectionOptions(`postgres://me:hunter2${rest}`),
      (error: Error) => {
        assert.equal(error.name, 'StoreUnusable');
        assert.match(error.message, reason);
        assert.doesNotMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /hunter2/);
        return true;
      },
      rest,
    );
  }
});
