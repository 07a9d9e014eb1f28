import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DigestKeysError, isExposed, loadDigestKeys, parseDigestKeys } from './digest-keys.ts';

const base64 = Buffer.alloc(32, 7).toString('base64');

test('keys are read in their order, commas and line breaks alike', () => {
  const keys = parseDigestKeys(`new:${base64},\nold:${base64}\n`);
  assert.deepEqual(
    keys.map((key) => key.id),
    ['new', 'old'],
  );
  assert.deepEqual(keys[0].secret.export(), Buffer.alloc(32, 7));
});

test('what is not kid:base64 of 32 bytes is refused, and never shown', () => {
  for (const text of [
    '',
    base64,
    `:${base64}`,
    `a b:${base64}`,
    'k1:c2hvcnQ=',
    `k1:${base64.slice(0, -1)}`,
    `k1:${base64} `.replace(' ', '!'),
    `k1:${base64},k1:${base64}`,
  ]) {
    assert.throws(
      () => parseDigestKeys(text),
      (error) => error instanceof DigestKeysError && !error.message.includes(base64.slice(0, 12)),
      text,
    );
  }
});

test('the first load makes a folder 0700 and a file 0600, the second reads the same key', () => {
  const directory = join(mkdtempSync(join(tmpdir(), 'guardbee-keys-')), 'keys');
  const first = loadDigestKeys(directory);
  assert.equal(first.created, true);
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  assert.equal(statSync(first.file).mode & 0o777, 0o600);
  assert.equal(first.keys[0].secret.symmetricKeySize, 32);
  const second = loadDigestKeys(directory);
  assert.equal(second.created, false);
  assert.ok(second.keys[0].secret.equals(first.keys[0].secret));
  assert.deepEqual(readdirSync(directory), ['digest-keys'], 'no draft is left');
});

test('a damaged file is refused and left as it is', () => {
  const directory = join(mkdtempSync(join(tmpdir(), 'guardbee-keys-')), 'keys');
  const { file } = loadDigestKeys(directory);
  const before = readFileSync(file, 'utf8');
  chmodSync(file, 0o644);
  assert.equal(isExposed(file), true);
  chmodSync(file, 0o600);
  assert.equal(isExposed(file), false);
  assert.equal(readFileSync(file, 'utf8'), before);
});
