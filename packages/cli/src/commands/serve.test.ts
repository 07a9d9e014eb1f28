import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

const main = join(import.meta.dirname, '../main.ts');

test('serve --json says what a script needs to know, one object a line, and nothing else', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guardbee-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const env = { PATH: process.env.PATH, NODE_DISABLE_COMPILE_CACHE: '1' };
  const args = [main, 'serve', '--json', '--listen', '127.0.0.1:0', '--data-dir', folder];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => child.kill('SIGKILL'));
  const said: object[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(JSON.parse(line));
    if ('url' in (said.at(-1) as object)) child.kill('SIGTERM');
  }
  if (child.exitCode === null) await once(child, 'exit');
  assert.equal(child.exitCode, 0);
  const [first, second, ...more] = said as [
    { first_administrator: { email: string; password: string } },
    { url: string },
  ];
  assert.equal(first.first_administrator.email, 'admin@localhost');
  assert.ok(first.first_administrator.password.length > 15);
  assert.match(second.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.deepEqual(more, []);
});
