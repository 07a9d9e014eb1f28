import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { checkFirstAdministrator } from './check-first-administrator.ts';
import { readConfig } from './config.ts';
import { ConfigError } from './config-sources.ts';
import { objectionTo } from './login/password-policy.ts';
import { selfSigned } from './self-signed.ts';

const folder = mkdtempSync(join(tmpdir(), 'guardbee-'));
after(() => rmSync(folder, { recursive: true }));

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

test('a database URL that the driver could not use is refused by name, without its password', () => {
  for (const [url, message] of [
    [
      'postgres://u:hunter2@127.0.0.1:xx/d',
      'GUARDBEE_DATABASE_URL (--database-url) cannot be "postgres://u:(hidden)@127.0.0.1:xx/d": it is not postgres://USER:PASSWORD@HOST:PORT/DATABASE.',
    ],
    [
      'postgres://u:hunter2@127.0.0.1/d?sslmode=foo',
      'GUARDBEE_DATABASE_URL (--database-url) cannot be "postgres://u:(hidden)@127.0.0.1/d?sslmode=foo": sslmode is disable, require, verify-ca or verify-full.',
    ],
  ] as const)
    assert.throws(() => readConfig({ GUARDBEE_DATABASE_URL: url }), { name: 'ConfigError', message });
});

test('digest keys that are none are refused before anything is made', () => {
  for (const [keys, reason] of [
    ['k1:tooshort', /digest key "k1" is not the padded base64 of 32 bytes/],
    ['tooshort', /written kid:base64/],
  ] as const) {
    refused({ GUARDBEE_DIGEST_KEYS: keys }, /^(?!.*tooshort)GUARDBEE_DIGEST_KEYS cannot be \(hidden\): /);
    refused({ GUARDBEE_DIGEST_KEYS: keys }, reason);
  }
});

test('the first administrator has an e-mail address, and a password as long as others', () => {
  const email = 'a@example.com';
  refused(
    { GUARDBEE_ADMIN_EMAIL: 'notmail' },
    /^GUARDBEE_ADMIN_EMAIL cannot be "notmail": .*an e-mail address/,
  );
  const ofLength = (length: number): string => 'äbqzhkxwvmjtpdf'.slice(0, length);
  const set = (password: string) => ({ GUARDBEE_ADMIN_EMAIL: email, GUARDBEE_ADMIN_PASSWORD: password });
  refused(set(ofLength(14)), /^GUARDBEE_ADMIN_PASSWORD cannot be \(hidden\): .*15 characters or more/);
  assert.deepEqual(readConfig(set(ofLength(15))).firstAdmin, { email, password: ofLength(15) });
  const alone = readConfig({ GUARDBEE_ADMIN_PASSWORD: ofLength(15) }).firstAdmin;
  assert.deepEqual(alone, { email: 'admin@localhost', password: ofLength(15) });
  assert.match(objectionTo(ofLength(14), { email }) ?? '', /15 characters/);
  assert.equal(objectionTo(ofLength(15), { email }), undefined);
});

test('whether a first start would take the password is asked apart: it needs all common ones', () => {
  const set = (password: string, email = 'somebody@example.com') =>
    readConfig({
      GUARDBEE_ADMIN_EMAIL: email,
      GUARDBEE_ADMIN_PASSWORD: password,
      GUARDBEE_INSTALLATION_NAME: 'schmetterling',
    });
  checkFirstAdministrator(readConfig({}));
  checkFirstAdministrator(set('velvet anchor mosaic thunder'));
  for (const [password, reason] of [
    ['password12345678', /the password is a common one, .*make one\.$/],
    ['schmetterling2026', /the name of the service/],
    [`velvet anchor mosaic thunder${'a'.repeat(1_000)}`, /1 to 1024 bytes/],
  ] as const)
    assert.throws(
      () => checkFirstAdministrator(set(password)),
      (error) =>
        error instanceof ConfigError &&
        /^GUARDBEE_ADMIN_PASSWORD cannot be \(hidden\): the password/.test(error.message) &&
        !error.message.includes(password) &&
        reason.test(error.message),
      password,
    );
});

test('a certificate goes with its key, and is not taken for it', async () => {
  const { certFile, keyFile } = await selfSigned(join(folder, 'one'), 'localhost');
  const other = await selfSigned(join(folder, 'two'), 'localhost');
  const set = (cert: string, key: string) => ({ GUARDBEE_TLS_CERT: cert, GUARDBEE_TLS_KEY: key });
  assert.deepEqual(readConfig(set(certFile, keyFile)).tls, { certFile, keyFile });
  refused(
    set(certFile, other.keyFile),
    /^GUARDBEE_TLS_CERT \(--tls-cert\) cannot be ".*one.*does not go with .*two/,
  );
  refused(set(keyFile, certFile), /^GUARDBEE_TLS_CERT .*: there is no certificate in it/);
  refused(set(certFile, certFile), /^GUARDBEE_TLS_KEY .*: there is no private key in it/);
  const damaged = join(folder, 'damaged.pem');
  writeFileSync(damaged, '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n');
  refused(set(damaged, keyFile), /^GUARDBEE_TLS_CERT .*does not go with/);
});

test('no secret is repeated in a message', () => {
  refused({ GUARDBEE_DATABASE_URL: 'mysql://user:hunter2@db/x' }, /^(?!.*hunter2).*\(hidden\)/);
  refused(
    { GUARDBEE_ADMIN_PASSWORD: 'hunter2' },
    /^(?!.*hunter2)GUARDBEE_ADMIN_PASSWORD cannot be \(hidden\)/,
  );
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
