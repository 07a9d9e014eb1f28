import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from './make-folder.ts';

test('a folder is made with those above it, for its owner alone, and what is there stays', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'guardbee-'));
  t.after(() => rmSync(root, { recursive: true }));
  const path = join(root, 'a', 'b');
  makeFolder(path);
  makeFolder(path);
  assert.equal(statSync(path).mode & 0o777, 0o700);
  assert.equal(statSync(join(root, 'a')).mode & 0o777, 0o700);
  writeFileSync(join(path, 'file'), '');
  assert.throws(() => makeFolder(join(path, 'file')), { code: 'EEXIST' });
  assert.throws(() => makeFolder(join(path, 'file', 'c')), { code: 'EEXIST' });
});

test('where none can be made it says so', {
  skip: !existsSync('/proc/self') && 'there is no /proc here',
}, () => {
  assert.throws(() => makeFolder('/proc/nothing/here'), { code: 'ENOENT' });
});
