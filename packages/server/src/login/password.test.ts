import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isOutdated, parsePassword } from './password.ts';

const encode = (text: string) => Buffer.from(text).toString('base64');

test('every password of 1 to 1024 bytes has exactly one spelling, which gives it back byte for byte', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }), (password) => {
      fc.pre(!password.includes('\0'));
      const spelling = encode(password);
      assert.equal(parsePassword(spelling), password);
      if (spelling.endsWith('=')) assert.equal(parsePassword(spelling.replace(/=+$/, '')), undefined);
      assert.equal(parsePassword(`${spelling}\n`), undefined);
      assert.equal(parsePassword(` ${spelling}`), undefined);
    }),
  );
  assert.equal(parsePassword('/+8='), undefined, 'bytes ff ef: not UTF-8');
});

test('lenient base64 is refused: URL alphabet, loose padding, unused bits that are set', () => {
  for (const text of ['', '=', 'YQ', 'YQ=', 'YR==', 'YWJ=', 'YQ==YQ==', '_-8=', 'Y Q==', 'YWI=\r\n', 'a']) {
    assert.equal(parsePassword(text), undefined, text);
  }
});

test('1024 bytes are accepted, 1025 are not, and NUL is not', () => {
  assert.equal(parsePassword(encode('x'.repeat(1024)))?.length, 1024);
  assert.equal(parsePassword(encode('x'.repeat(1025))), undefined);
  assert.equal(parsePassword(encode('a\0b')), undefined);
});

test('a byte order mark and decomposed letters stay as they are', () => {
  assert.equal(parsePassword(encode('\ufeffa')), '\ufeffa');
  assert.notEqual(parsePassword(encode('o\u0308')), parsePassword(encode('\u00f6')));
});

test('a hash by other parameters or another algorithm is outdated', () => {
  assert.equal(isOutdated('$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA'), false);
  assert.equal(isOutdated('$argon2id$v=19$m=19456,t=3,p=1$c2FsdA$aGFzaA'), true);
  assert.equal(isOutdated('$argon2i$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA'), true);
  assert.equal(isOutdated('$2b$10$abcdefghijklmnopqrstuv'), true);
});
