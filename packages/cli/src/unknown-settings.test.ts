import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { unknownSettings } from './unknown-settings.ts';

test('a name that is no setting is told, with the one that was meant, and without its value', () => {
  for (const [typed, meant] of [
    ['GUARDBEE_LISTN', 'GUARDBEE_LISTEN'],
    ['GUARDBEE_DB_URL', 'GUARDBEE_DATABASE_URL'],
    ['GUARDBEE_ADMIN_PASSWORD_FIEL', 'GUARDBEE_ADMIN_PASSWORD_FILE'],
    ['GUARDBEE_LISTEN_FILE', 'GUARDBEE_LISTEN'],
    ['GUARDBEE_CONFIGFILE', 'GUARDBEE_CONFIG_FILE'],
    ['GUARDBEE_TOKEN_MAXAGE', 'GUARDBEE_TOKEN_MAX_AGE'],
    ['GUARDBEE_ENDPIONT', 'GUARDBEE_ENDPOINT'],
  ] as const)
    assert.deepEqual(unknownSettings({ [typed]: 'hunter2' }), [
      `${typed} is no setting, and has no effect: is ${meant} meant?`,
    ]);
  assert.deepEqual(
    unknownSettings({ GUARDBEE_PORT: '8420', PATH: '/bin', GUARDBEES: 'x', GUARDBEE_LISTN: '' }),
    ['GUARDBEE_PORT is no setting, and has no effect: guardbee config show lists them'],
  );
});

test('everything that is read from the environment is known', () => {
  const read = new Set<string>();
  for (const file of globSync('{cli,server}/src/**/*.ts', { cwd: join(import.meta.dirname, '../..') })) {
    if (/\.test(-support)?\.ts$/.test(file)) continue;
    const source = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
    for (const [name] of source.matchAll(/\bGUARDBEE_[A-Z_]*[A-Z]\b/g)) read.add(name);
  }
  assert.ok(
    read.has('GUARDBEE_WORKER_SLOT') && read.has('GUARDBEE_CONFIG_FILE') && read.has('GUARDBEE_KEYRING'),
  );
  for (const secret of ['ADMIN_PASSWORD', 'DIGEST_KEYS', 'DATABASE_URL']) read.add(`GUARDBEE_${secret}_FILE`);
  assert.deepEqual(unknownSettings(Object.fromEntries([...read].map((name) => [name, 'x']))), []);
});

test('what a platform says of a service called guardbee is no mistake', () => {
  const address = 'tcp://192.0.2.1:8420';
  assert.deepEqual(
    unknownSettings({
      GUARDBEE_SERVICE_HOST: '192.0.2.1',
      GUARDBEE_SERVICE_PORT: '8420',
      GUARDBEE_SERVICE_PORT_HTTP: '8420',
      GUARDBEE_PORT: address,
      GUARDBEE_PORT_8420_TCP: address,
      GUARDBEE_PORT_8420_TCP_ADDR: '192.0.2.1',
      GUARDBEE_PORT_8420_TCP_PORT: '8420',
      GUARDBEE_PORT_8420_TCP_PROTO: 'tcp',
      GUARDBEE_METRICS_SERVICE_HOST: '192.0.2.1',
      GUARDBEE_METRICS_PORT: address,
    }),
    [],
  );
});
