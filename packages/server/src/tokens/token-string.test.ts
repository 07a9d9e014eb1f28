import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isTokenString, newTokenString, TOKEN_PATTERN } from './token-string.ts';

test('a new token string has the published form and a right checksum', () => {
  for (let trial = 0; trial < 1000; trial++) {
    const text = newTokenString();
    assert.match(text, new RegExp(`^${TOKEN_PATTERN}$`));
    assert.ok(isTokenString(text));
  }
});

test('ten thousand token strings are all different, in every character of the secret', () => {
  const texts = Array.from({ length: 10_000 }, newTokenString);
  assert.equal(new Set(texts).size, texts.length);
  for (let at = 9; at < 51; at++)
    assert.equal(new Set(texts.map((text) => text[at])).size, 64, `position ${at}`);
});

test('changing any one character makes it junk', () => {
  const text = newTokenString();
  for (let at = 0; at < text.length; at++) {
    const other = text[at] === 'A' ? 'B' : 'A';
    assert.equal(isTokenString(text.slice(0, at) + other + text.slice(at + 1)), false, `position ${at}`);
  }
});

test('cut, lengthened and made-up text is junk', () => {
  const text = newTokenString();
  for (const junk of ['', 'undefined', text.slice(0, -1), `${text}A`, ` ${text}`, text.toUpperCase()]) {
    assert.equal(isTokenString(junk), false, junk);
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (junk) => !isTokenString(junk)),
    { numRuns: 2000 },
  );
});
