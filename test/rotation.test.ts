import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { run, serve, temporaryFolder } from './guardbee.ts';
import { logIn, verify } from './support/tokens.ts';

/** How many living tokens lean on each key. */
function tokensByKey(data: string): Record<string, number> {
  const db = new DatabaseSync(join(data, 'guardbee.db'), { readOnly: true });
  const rows = db.prepare('SELECT key_id, count(*) AS n FROM tokens GROUP BY key_id').all();
  db.close();
  return Object.fromEntries(rows.map((row) => [row.key_id, Number(row.n)]));
}

test('digest keys rotate under load: old tokens verify at every moment, new ones use the new key, and a key that is taken away ends its own', async (t) => {
  using folder = temporaryFolder();
  const data = join(folder.path, 'data');
  const keysDir = join(folder.path, 'keys');
  const env = { GUARDBEE_KEYS_DIR: keysDir, GUARDBEE_THROTTLE_SOURCE: '1000000' };
  const file = join(keysDir, 'digest-keys');
  const newKey = `k2:${Buffer.alloc(32, 9).toString('base64')}`;

  let service = await serve(data, env);
  const old = await Promise.all(Array.from({ length: 8 }, () => logIn(service)));
  const statuses: Record<string, number> = {};
  let isOn = true;
  t.after(() => {
    isOn = false;
  });
  const load = Promise.all(
    old.map(async (token) => {
      while (isOn) {
        // Between two starts nobody answers; no answer may be a refusal.
        const status = await verify(service, token).catch(() => {
          return new Promise<'away'>((resolve) => setTimeout(() => resolve('away'), 20));
        });
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
    }),
  );
  const oldKey = readFileSync(file, 'utf8').trim();
  writeFileSync(file, `${newKey}\n${oldKey}\n`);
  await service.stop();
  service = await serve(data, env);
  const young = await Promise.all(Array.from({ length: 4 }, () => logIn(service)));
  assert.deepEqual(tokensByKey(data), { k1: 8, k2: 4 });
  await new Promise((resolve) => setTimeout(resolve, 200));

  const inUse = await run(['keys', 'retire', 'k2', '--data-dir', data], { env });
  assert.equal(inUse.code, 1);
  assert.match(inUse.stderr, /is the one in use/);
  isOn = false;
  await load;
  assert.deepEqual(
    Object.keys(statuses).filter((status) => !['200', '503', 'away'].includes(status)),
    [],
  );
  assert.ok((statuses[200] ?? 0) > 100, JSON.stringify(statuses));

  // Taken away too early it would refuse all of them, and nobody would see why.
  await service.stop();
  writeFileSync(file, `${newKey}\n`);
  await assert.rejects(serve(data, env), /tokens made with digest key "k1", which is missing here/);
  writeFileSync(file, `${newKey}\n${oldKey}\n`);
  service = await serve(data, env);
  const retired = await run(['keys', 'retire', 'k1', '--data-dir', data, '--json'], { env });
  assert.deepEqual(JSON.parse(retired.stdout), { key_id: 'k1', tokens_ended: 8 });
  for (const token of old)
    assert.equal(await verify(service, token), 401, 'at once, in the service that runs');
  for (const token of young) assert.equal(await verify(service, token), 200);
  await service.stop();
  writeFileSync(file, `${newKey}\n`);
  service = await serve(data, env);
  for (const token of old) assert.equal(await verify(service, token), 401);
  for (const token of young) assert.equal(await verify(service, token), 200);
  const db = new DatabaseSync(join(data, 'guardbee.db'), { readOnly: true });
  const causes = db.prepare("SELECT count(*) AS n FROM ended_tokens WHERE cause = 'keys_rotated'").get();
  db.close();
  assert.equal(causes?.n, 8);
  assert.equal(await service.stop(), 0);
});

test('what a key has signed is verified with its public part when the key is gone', async () => {
  using folder = temporaryFolder();
  const data = join(folder.path, 'data');
  const keysDir = join(folder.path, 'keys');
  const env = { GUARDBEE_KEYS_DIR: keysDir };
  const [file, kept] = [join(keysDir, 'digest-keys'), join(folder.path, 'audit-keys.pem')];
  const offline = async (...args: string[]) => run([...args, '--data-dir', data], { env });
  // More than one checkpoint is apart: those stay as they were signed.
  const password_hash = '$2b$10$abcdefghijklmnopqrstuuV91QMvTz3Qdvoi.KNP2/KHKEAmosNoe';
  const accounts = Array.from({ length: 1_100 }, (_, n) =>
    JSON.stringify({ email: `u${n}@example.com`, password_hash }),
  );
  writeFileSync(join(folder.path, 'accounts.ndjson'), accounts.join('\n'));
  const made = await offline('users', 'import', join(folder.path, 'accounts.ndjson'), '--offline');
  assert.equal(made.code, 0, made.stderr);
  const newKey = `k2:${Buffer.alloc(32, 9).toString('base64')}\n`;
  writeFileSync(file, `${newKey}${readFileSync(file, 'utf8')}`);
  const keys = await offline('audit', 'key', '--offline');
  writeFileSync(kept, keys.stdout);
  assert.equal((await offline('keys', 'retire', 'k1')).code, 0);
  writeFileSync(file, newKey);
  await (await serve(data, env)).stop();

  const unknown = await offline('audit', 'verify', '--offline');
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /signed with the key "k1", which is not known here.*--public-key FILE/s);
  const verified = await offline('audit', 'verify', '--offline', '--public-key', kept);
  assert.equal(verified.code, 0, verified.stderr);
  assert.match(verified.stdout, /whole, and signed to its end/);
  // With the key in use alone, the other's signatures are nobody's.
  const [first = '', second = ''] = keys.stdout.split(/(?<=-----END PUBLIC KEY-----\n)/);
  for (const one of [first, second]) {
    writeFileSync(kept, one);
    assert.equal((await offline('audit', 'verify', '--offline', '--public-key', kept)).code, 1);
  }
});
