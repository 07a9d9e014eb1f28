import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fakeIo } from '../fake-io.test-support.ts';
import { saveBackup } from './backup.ts';
import { createUser } from './users.ts';

test('a backup says where the keys are that are not in it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guardbee-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const given = { GUARDBEE_DIGEST_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}` };
  for (const [name, env, where] of [
    ['own', {}, `in ${join(folder, 'own', 'keys')}`],
    ['given', given, 'of GUARDBEE_DIGEST_KEYS'],
  ] as const) {
    const io = fakeIo({ env, stdin: 'a phrase that is long enough' });
    const dataDir = join(folder, name);
    await createUser({ email: 'a@x.de', offline: true, dataDir, passwordStdin: true }, io);
    await saveBackup({ file: join(folder, `${name}.db`), dataDir }, io);
    assert.ok(
      io.stdout.endsWith(`\nThe keys ${where} are not in it: keep them too, in another place.\n`),
      io.stdout,
    );
  }
});
