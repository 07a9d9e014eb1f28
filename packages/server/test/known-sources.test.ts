import assert from 'node:assert/strict';
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { call, type Reply } from './http.ts';
import { ADMIN, base64, startTestService } from './service.ts';

function logIn(url: string, email: string, password: string, address: string): Promise<Reply> {
  const body = { email, password_base64: base64(password) };
  return call(url, 'POST', '/v4/auth-tokens/', { body, headers: { 'x-forwarded-for': address } });
}

test('who was known before a restart comes in when strangers flood the service after it', async (t) => {
  const env = { GUARDBEE_TRUSTED_PROXIES: '127.0.0.1', GUARDBEE_HASH_THREADS: '1' };
  const before = await startTestService(env);
  const { status } = await logIn(before.url, ADMIN.email, ADMIN.password, '2001:db8::1');
  assert.equal(status, 200);
  const dataDir = mkdtempSync(join(tmpdir(), 'guardbee-'));
  cpSync(before.dataDir, dataDir, { recursive: true, filter: (file) => !/lock$/.test(file) });
  await before.close();

  const after = await startTestService(env, dataDir);
  t.after(() => after.close());
  // It is recalled in the background.
  await wait(500);
  const flood = Array.from({ length: 400 }, (_, n) =>
    logIn(after.url, `nobody-${n}@example.com`, 'wrong', `10.1.${n >> 8}.${n & 255}`),
  );
  // Until some were too many: one thread and 128 places.
  await Promise.race(flood.map((one) => one.then(({ status }) => status === 503 || new Promise(() => {}))));
  const stranger = logIn(after.url, ADMIN.email, ADMIN.password, '198.51.100.1');
  const known = await logIn(after.url, ADMIN.email, ADMIN.password, '2001:db8::2');
  assert.equal(known.status, 200, 'from the same /64');
  assert.equal((await stranger).status, 503);
  const statuses = new Set((await Promise.all(flood)).map((one) => one.status));
  assert.deepEqual([...statuses].sort(), [401, 503]);
});
