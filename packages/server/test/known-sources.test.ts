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
  const statuses = new Set<number>();
  let isOn = true;
  // One thread and 128 places, and 300 who come again at once.
  const flood = Array.from({ length: 300 }, async (_, n) => {
    for (let round = 0; isOn; round += 1) {
      const address = `10.${round}.${n >> 8}.${n & 255}`;
      statuses.add((await logIn(after.url, `nobody-${n}-${round}@example.com`, 'wrong', address)).status);
    }
  });
  while (!statuses.has(503)) await wait(5);
  // A place becomes free with each hash, and a stranger may be lucky.
  const strangers = Array.from({ length: 20 }, (_, n) =>
    logIn(after.url, ADMIN.email, ADMIN.password, `198.51.100.${n}`),
  );
  const known = await logIn(after.url, ADMIN.email, ADMIN.password, '2001:db8::2');
  assert.equal(known.status, 200, 'from the same /64');
  const refused = (await Promise.all(strangers)).filter(({ status }) => status === 503);
  assert.ok(refused.length > 0, 'strangers are too many');
  isOn = false;
  await Promise.all(flood);
  assert.deepEqual([...statuses].sort(), [401, 503]);
});
