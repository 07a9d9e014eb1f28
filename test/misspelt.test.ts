import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { startPostgres, whyNoPostgres } from '../packages/server/src/storage/postgres/server.test-support.ts';
import { run, temporaryFolder } from './guardbee.ts';

const PASSWORD = 'lanterns along the harbour wall';
/** Everything at the machine that works with an installation, and may not begin one. */
const LINES = [
  'users list --offline',
  'users show jane@example.com --offline',
  'users delete jane@example.com --offline',
  'users erase jane@example.com --offline --yes',
  'users export --offline',
  'audit verify --offline',
  'audit export --offline',
  'audit key --offline',
  'policy plan --max-age 30d',
  'keys retire k1',
];

suite('a place where there is no Guardbee', () => {
  test('is said to be one, and stays one: a misspelt folder is no empty installation', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'typo');
    for (const line of LINES) {
      const { code, stdout, stderr } = await run([...line.split(' '), '--data-dir', data]);
      assert.deepEqual([code, stdout], [1, ''], line);
      assert.ok(stderr.startsWith(`guardbee: There is no Guardbee in ${data}: `), stderr);
      assert.ok(!existsSync(data), line);
    }
  });

  test('gets one by the first administrator; with other keys than its own it is not opened', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    const create = `users create jane@example.com --admin --offline --password-stdin --data-dir ${data}`;
    assert.equal((await run(create.split(' '), { input: PASSWORD })).code, 0);
    const list = ['users', 'list', '--offline', '--data-dir', data];
    assert.match((await run(list)).stdout, /jane@example\.com/);
    const keys = join(folder.path, 'typo');
    const { code, stderr } = await run(list, { env: { GUARDBEE_KEYS_DIR: keys } });
    assert.equal(code, 1);
    assert.ok(stderr.includes(`there is no file ${join(keys, 'digest-keys')}, but a database`), stderr);
    assert.ok(!existsSync(keys));
  });

  test('may be a PostgreSQL database', { skip: whyNoPostgres() ?? false }, async () => {
    const server = await startPostgres();
    try {
      using folder = temporaryFolder();
      await server.sql('postgres', 'CREATE DATABASE typo');
      const keys = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
      const env = { GUARDBEE_DATABASE_URL: server.url('typo'), GUARDBEE_DIGEST_KEYS: keys };
      const at = ['--offline', '--data-dir', folder.path];
      const none = await run(['users', 'list', ...at], { env });
      assert.equal(none.code, 1, none.stderr);
      assert.match(none.stderr, /^guardbee: There is no Guardbee in the PostgreSQL database/);
      const create = ['users', 'create', 'jane@example.com', '--password-stdin', ...at];
      assert.equal((await run(create, { env, input: PASSWORD })).code, 0);
      assert.match((await run(['users', 'list', ...at], { env })).stdout, /jane@example\.com/);
      // In a misspelt folder there are no keys.
      const data = join(folder.path, 'typo');
      const elsewhere = await run(['users', 'list', '--offline', '--data-dir', data], {
        env: { GUARDBEE_DATABASE_URL: server.url('typo') },
      });
      assert.equal(elsewhere.code, 1);
      assert.match(elsewhere.stderr, /^guardbee: There are no digest keys in /);
      assert.ok(!existsSync(data));
    } finally {
      await server.remove();
    }
  });
});
