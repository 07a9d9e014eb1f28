import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';

/** The service from its source, with a data directory of its own. Ends with the test. */
function serve(t: TestContext, ...flags: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'guardbee-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const env = { PATH: process.env.PATH, NODE_DISABLE_COMPILE_CACHE: '1' };
  const args = [join(import.meta.dirname, '../main.ts'), 'serve', '--data-dir', folder, ...flags];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  return { child, ended: once(child, 'close'), stderr: text(child.stderr) };
}

test('serve --json says what a script needs to know, one object a line, and nothing else', async (t) => {
  const { child, ended } = serve(t, '--json', '--listen', '127.0.0.1:0');
  const said: object[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(JSON.parse(line));
    if ('url' in (said.at(-1) as object)) child.kill('SIGTERM');
  }
  assert.deepEqual(await ended, [0, null]);
  const [first, second, ...more] = said as [
    { first_administrator: { email: string; password: string } },
    { url: string },
  ];
  assert.equal(first.first_administrator.email, 'admin@localhost');
  assert.ok(first.first_administrator.password.length > 15);
  assert.match(second.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.deepEqual(more, []);
});

test('a worker that cannot listen has failed, and is said to have', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const { child, ended, stderr } = serve(t, '--workers', '2', '--listen', `127.0.0.1:${port}`);
  child.stdout.resume();
  assert.deepEqual(await ended, [1, null]);
  assert.match(await stderr, /^guardbee: The service cannot start: \w+ EADDRINUSE/m);
  assert.match(await stderr, /^guardbee: worker \d ended with 1 before it listened$/m);
});
