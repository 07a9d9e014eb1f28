import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { readConfig } from './config.ts';
import { ConfigError } from './config-sources.ts';

function refused(environment: Record<string, string>, message: RegExp): void {
  assert.throws(
    () => readConfig(environment),
    (error) => error instanceof ConfigError && message.test(error.message),
    JSON.stringify(environment),
  );
}

test('a database is an SQLite file or a PostgreSQL URL', () => {
  for (const url of ['sqlite:a.db', 'postgres://db/x', 'postgresql://user@db:1/x?sslmode=require'])
    assert.equal(readConfig({ GUARDBEE_DATABASE_URL: url }).databaseUrl, url);
});

test('without any setting the defaults hold', () => {
  const config = readConfig({});
  assert.deepEqual(config.listen, { host: '127.0.0.1', port: 8420 });
  assert.equal(config.dataDir, resolve('guardbee-data'));
  assert.equal(config.keysDir, resolve('guardbee-data/keys'));
  assert.equal(config.databaseUrl, `sqlite:${resolve('guardbee-data/guardbee.db')}`);
  assert.equal(config.logLevel, 'info');
  assert.deepEqual(
    [config.corsOrigins, config.trustedProxies, config.tls, config.firstAdmin],
    [[], [], undefined, undefined],
  );
});

test('a flag counts before the environment, and an empty value is none', () => {
  assert.equal(readConfig({ GUARDBEE_LISTEN: '[::1]:1' }).listen.host, '::1');
  assert.equal(readConfig({ GUARDBEE_LISTEN: '[::1]:1' }, { listen: 'localhost:2' }).listen.port, 2);
  assert.equal(readConfig({ GUARDBEE_LISTEN: '' }).listen.port, 8420);
});

test('a wrong setting is refused by name, with the value and what is allowed', () => {
  refused(
    { GUARDBEE_LISTEN: '8420' },
    /^GUARDBEE_LISTEN \(--listen\) cannot be "8420": allowed is host:port/,
  );
  for (const listen of ['a:b', ':1', 'h:65536', '[1.2.3.4]:1', 'h:-1', 'http://h:1'])
    refused({ GUARDBEE_LISTEN: listen }, /GUARDBEE_LISTEN/);
  refused(
    { GUARDBEE_LOG_LEVEL: 'loud' },
    /^GUARDBEE_LOG_LEVEL \(--log-level\) cannot be "loud": allowed is fatal, error,/,
  );
  refused({ GUARDBEE_INSTALLATION_NAME: 'a\nb' }, /GUARDBEE_INSTALLATION_NAME/);
  for (const origin of [
    '*',
    'null',
    'example.com',
    'https://example.com/',
    'https://example.com/x',
    'HTTPS://example.com',
  ]) {
    refused({ GUARDBEE_CORS_ORIGINS: origin }, /GUARDBEE_CORS_ORIGINS/);
  }
  for (const proxy of [
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/',
    '::1/129',
    '1.2.3',
    '10.0.0.0/8/8',
    '0.0.0.0/0',
    '::/0',
    'true',
  ]) {
    refused({ GUARDBEE_TRUSTED_PROXIES: proxy }, /GUARDBEE_TRUSTED_PROXIES/);
  }
  refused({ GUARDBEE_TLS_CERT: '/nowhere.pem' }, /GUARDBEE_TLS_KEY is missing/);
  refused(
    { GUARDBEE_TLS_CERT: '/nowhere.pem', GUARDBEE_TLS_KEY: '/nowhere.key' },
    /"\/nowhere.pem": the file cannot be read \(ENOENT\)/,
  );
});

test('lists are separated by commas', () => {
  const config = readConfig({
    GUARDBEE_CORS_ORIGINS: 'https://a.example.com, http://localhost:3000',
    GUARDBEE_TRUSTED_PROXIES: '10.0.0.0/8,::1',
  });
  assert.deepEqual(config.corsOrigins, ['https://a.example.com', 'http://localhost:3000']);
  assert.deepEqual(config.trustedProxies, ['10.0.0.0/8', '::1']);
});

test('no secret is repeated in a message', () => {
  refused({ GUARDBEE_DATABASE_URL: 'mysql://user:hunter2@db/x' }, /^(?!.*hunter2).*\(hidden\)/);
  refused({ GUARDBEE_ADMIN_PASSWORD: 'hunter2' }, /^(?!.*hunter2).*GUARDBEE_ADMIN_EMAIL/);
});

test("a hash never gets less than OWASP's floor, nor more memory than is computed", () => {
  assert.deepEqual(readConfig({}).hashParameters, { memoryKiB: 19_456, passes: 2, lanes: 1 });
  const set = readConfig({ GUARDBEE_HASH_MEMORY_MIB: '64', GUARDBEE_HASH_PASSES: '3' });
  assert.deepEqual(set.hashParameters, { memoryKiB: 65_536, passes: 3, lanes: 1 });
  for (const memory of ['18', '1025', '0', '-19', '19.5', '64MiB', '0x40', '1e2'])
    refused({ GUARDBEE_HASH_MEMORY_MIB: memory }, /GUARDBEE_HASH_MEMORY_MIB cannot be .* 19 to 1024/);
  for (const passes of ['1', '0', '101', 'two', '2.5'])
    refused({ GUARDBEE_HASH_PASSES: passes }, /GUARDBEE_HASH_PASSES cannot be .* 2 to 100/);
});

test('a lease has a length that looks can keep up with, and that somebody can wait for', () => {
  assert.equal(readConfig({}).leaseMs, 500);
  for (const [text, length] of [
    ['100', 100],
    ['5000', 5_000],
  ] as const)
    assert.equal(readConfig({ GUARDBEE_LEASE_MS: text }).leaseMs, length);
  for (const lease of ['0', '99', '5001', '10000', '-500', '500.5', '500ms', '1e3', 'Infinity'])
    refused({ GUARDBEE_LEASE_MS: lease }, /GUARDBEE_LEASE_MS cannot be .* 100 to 5000/);
});
