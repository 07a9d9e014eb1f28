import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { pino } from 'pino';
import { readConfig } from '../src/config.ts';
import { startService } from '../src/serve.ts';
import { call } from './http.ts';
import { ADMIN, base64 } from './service.ts';

/** A service whose folder outlives it, unlike that of the other tests. */
function start(dataDir: string) {
  const environment = {
    GUARDBEE_LISTEN: '127.0.0.1:0',
    GUARDBEE_DATA_DIR: dataDir,
    GUARDBEE_ADMIN_EMAIL: ADMIN.email,
    GUARDBEE_ADMIN_PASSWORD: ADMIN.password,
  };
  return startService(readConfig(environment), { logger: pino({ level: 'silent' }) });
}

test('the last use reaches the database by itself, and at the latest when the service stops', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'guardbee-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const lastActivity = (): unknown => {
    const db = new DatabaseSync(join(dataDir, 'guardbee.db'), { readOnly: true });
    const row = db.prepare('SELECT activity FROM token_uses').get();
    db.close();
    return row?.activity;
  };

  const service = await start(dataDir);
  const body = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
  const { auth_token: token } = (await call(service.url, 'POST', '/v4/auth-tokens/', { body })).body;
  const use = (activity: string) =>
    call(service.url, 'GET', '/v4/user/', { token, headers: { 'X-Giant-Swarm-Activity': activity } });

  await use('first');
  const used = performance.now();
  // Promised are 5 seconds; the machine may be busy.
  while (lastActivity() !== 'first' && performance.now() - used < 20_000)
    await new Promise((resolve) => setTimeout(resolve, 50));
  t.diagnostic(`in the database after ${Math.round(performance.now() - used)} ms`);
  assert.equal(lastActivity(), 'first');

  await use('second');
  await service.close();
  const again = await start(dataDir);
  const [listed] = (
    await call(again.url, 'GET', '/v4/auth-tokens/', {
      token,
      headers: { 'X-Giant-Swarm-Activity': 'third' },
    })
  ).body;
  await again.close();
  assert.equal(listed.last_used.activity, 'third', 'its own use counts at once');
  assert.equal(lastActivity(), 'third');
});
