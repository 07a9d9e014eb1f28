import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readCredentials, updateCredentials } from './credentials.ts';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'guardbee-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'config');
}

const entry = { account: 'a@x', accounts: { 'a@x': { token: 't' } } };

test('what is written is for the owner alone, and nothing is left beside it', (t) => {
  const folder = folderOf(t);
  updateCredentials(folder, () => ({ selected: 'https://x', endpoints: { 'https://x': entry } }));
  assert.deepEqual(readCredentials(folder), { selected: 'https://x', endpoints: { 'https://x': entry } });
  assert.deepEqual(readdirSync(folder), ['credentials.json']);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  chmodSync(join(folder, 'credentials.json'), 0o644);
  updateCredentials(folder, (now) => now);
  assert.equal(statSync(join(folder, 'credentials.json')).mode & 0o777, 0o600);
});

test('a change that fails leaves everything as it was', (t) => {
  const folder = folderOf(t);
  updateCredentials(folder, () => ({ endpoints: { 'https://x': entry } }));
  assert.throws(
    () =>
      updateCredentials(folder, () => {
        throw new Error('no');
      }),
    /no/,
  );
  assert.deepEqual(readCredentials(folder).endpoints, { 'https://x': entry });
  assert.deepEqual(readdirSync(folder), ['credentials.json']);
});

test('a damaged file is said to be one, and never quoted', (t) => {
  const folder = folderOf(t);
  updateCredentials(folder, (now) => now);
  for (const text of ['{"guardbee_secret', '{"endpoints":{"x":{"token":"guardbee_secret"}}}', 'null', '{}']) {
    writeFileSync(join(folder, 'credentials.json'), text);
    assert.throws(
      () => readCredentials(folder),
      (error: Error) => /is damaged/.test(error.message) && !error.message.includes('secret'),
    );
  }
});

test('logins at the same time all count, and a lock that was left behind holds nobody up for ever', async (t) => {
  const folder = folderOf(t);
  updateCredentials(folder, (now) => now);
  const abandoned = join(folder, 'credentials.json.lock');
  writeFileSync(abandoned, '');
  utimesSync(abandoned, 0, 0);
  const code = `import { updateCredentials } from ${JSON.stringify(import.meta.resolve('./credentials.ts'))};
for (let n = 0; n < 10; n++) updateCredentials(process.argv[1], (now) => ({
  endpoints: { ...now.endpoints, ['https://' + process.pid + '-' + n]: { accounts: {} } },
}));`;
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', code, folder], { stdio: 'inherit' }),
  );
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'close'))[0]));
  assert.deepEqual(codes, [0, 0, 0, 0]);
  assert.equal(Object.keys(readCredentials(folder).endpoints).length, 40);
});
