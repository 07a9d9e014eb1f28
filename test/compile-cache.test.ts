import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cleanEnvironment } from './guardbee.ts';

const CLI = join(import.meta.dirname, '../packages/cli');

/** The command as it is installed, in a folder of its own. */
function installed(): { folder: string; version: (env?: NodeJS.ProcessEnv) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'guardbee-'));
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(CLI, part), join(folder, part), { recursive: true });
  symlinkSync(join(CLI, '../../node_modules'), join(folder, 'node_modules'));
  const version = (env: NodeJS.ProcessEnv = {}): string => {
    const bare = {
      ...cleanEnvironment(),
      NODE_COMPILE_CACHE: undefined,
      NODE_DISABLE_COMPILE_CACHE: undefined,
    };
    const run = spawnSync(process.execPath, [join(folder, 'bin/guardbee.js'), '--version'], {
      env: { ...bare, ...env },
      encoding: 'utf8',
    });
    assert.deepEqual([run.status, run.stderr], [0, '']);
    return run.stdout;
  };
  return { folder, version };
}

test('compiled code is kept beside the command, and nowhere else', (t) => {
  const { folder, version } = installed();
  t.after(() => rmSync(folder, { recursive: true }));
  const temporary = join(folder, 'tmp');
  const first = version({ TMPDIR: temporary });
  const cache = join(folder, '.compile-cache');
  assert.ok(readdirSync(cache, { recursive: true }).length > 5);
  assert.equal(existsSync(temporary), false);
  assert.equal(version(), first, 'the second time from there');
});

test('where it can not be kept, or must not, the command works as it is', (t) => {
  const { folder, version } = installed();
  t.after(() => rmSync(folder, { recursive: true }));
  assert.match(version({ NODE_DISABLE_COMPILE_CACHE: '1' }), /^\d/);
  assert.equal(existsSync(join(folder, '.compile-cache')), false);
  writeFileSync(join(folder, '.compile-cache'), 'in the way');
  assert.match(version(), /^\d/);
});
