import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeIo } from '../fake-io.test-support.ts';
import { checkConfig, showConfig } from './config.ts';

test('config show names every setting with its origin, and no secret', async () => {
  const io = fakeIo({ env: { GUARDBEE_LISTEN: '127.0.0.1:1', GUARDBEE_DIGEST_KEYS: 'k1:secret' } });
  await showConfig({ logLevel: 'warn' }, io);
  assert.match(io.stdout, /^SETTING +VALUE +FROM\n/);
  assert.match(io.stdout, /^GUARDBEE_LISTEN +127\.0\.0\.1:1 +GUARDBEE_LISTEN$/m);
  assert.match(io.stdout, /^GUARDBEE_LOG_LEVEL +warn +--log-level$/m);
  assert.match(io.stdout, /^GUARDBEE_DIGEST_KEYS +\(hidden\) +GUARDBEE_DIGEST_KEYS$/m);
  assert.ok(!io.stdout.includes('secret'));
  const json = fakeIo({ env: {} });
  await showConfig({ json: true }, json);
  assert.ok(JSON.parse(json.stdout).every(({ origin }: { origin: string }) => origin === 'default'));
});

test('config check accepts what a start accepts, and refuses what it refuses', async () => {
  const io = fakeIo({ env: { GUARDBEE_TOKEN_MAX_AGE: '30d' } });
  await checkConfig({}, io);
  assert.match(io.stdout, /sound; 1 of its settings is not/);
  await assert.rejects(checkConfig({}, fakeIo({ env: { GUARDBEE_TOKEN_MAX_AGE: 'soon' } })), {
    name: 'ConfigError',
    message: /^GUARDBEE_TOKEN_MAX_AGE cannot be "soon"/,
  });
  const common = { GUARDBEE_ADMIN_EMAIL: 'a@example.com', GUARDBEE_ADMIN_PASSWORD: 'password12345678' };
  await assert.rejects(checkConfig({}, fakeIo({ env: common })), {
    name: 'ConfigError',
    message: /^GUARDBEE_ADMIN_PASSWORD cannot be \(hidden\): the password is a common one/,
  });
});

test('both warn of a name in the environment that is no setting, and go on', async () => {
  for (const command of [showConfig, checkConfig]) {
    const io = fakeIo({ env: { GUARDBEE_LISTN: '127.0.0.1:1' } });
    await command({ json: true }, io);
    assert.equal(
      io.stderr,
      'Careful: GUARDBEE_LISTN is no setting, and has no effect: is GUARDBEE_LISTEN meant?\n',
    );
    assert.ok(JSON.parse(io.stdout));
  }
});
