import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readServiceKeys } from './service-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'guardbee-'));
after(() => rmSync(folder, { recursive: true }));

const parts = (name: string) => ({
  digestKeys: undefined,
  keysDir: join(folder, name, 'keys'),
  databaseUrl: `sqlite:${join(folder, `${name}.db`)}`,
});

test('keys are made for a database that is yet to be made, or is empty', () => {
  assert.equal(readServiceKeys(parts('new'))[0].id, 'k1');
  writeFileSync(join(folder, 'empty.db'), '');
  assert.equal(readServiceKeys(parts('empty'))[0].id, 'k1');
  const shared = { ...parts('shared'), databaseUrl: 'postgres://localhost/x' };
  assert.equal(readServiceKeys(shared)[0].id, 'k1');
});

test('for a database that is there missing keys are named, and nothing is made', () => {
  writeFileSync(join(folder, 'old.db'), 'something');
  const config = parts('old');
  assert.throws(() => readServiceKeys(config), {
    name: 'DigestKeysError',
    message: new RegExp(
      `no file ${join(config.keysDir, 'digest-keys')}, but a database ${join(folder, 'old.db')}\\.`,
    ),
  });
  assert.ok(!existsSync(join(folder, 'old')));
  assert.equal(readServiceKeys({ ...config, digestKeys: readServiceKeys(parts('new')) })[0].id, 'k1');
});
