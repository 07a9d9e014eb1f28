import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Refusal } from '../errors.ts';
import { parseJsonBody } from './json-body.ts';

const parse = (text: string | Uint8Array) => parseJsonBody(Buffer.from(text as string));
const refused = (text: string | Uint8Array, why: RegExp) =>
  assert.throws(
    () => parse(text),
    (error) => error instanceof Refusal && error.refusal === 'INVALID_INPUT' && why.test(error.message),
    String(text),
  );

test('valid JSON comes out as JSON.parse gives it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8, stringUnit: 'grapheme' }), (value) => {
      const text = JSON.stringify(value);
      const hasForbidden = /"(__proto__|constructor|prototype)"|\\u0000/.test(text);
      if (!hasForbidden) assert.deepEqual(parse(text), JSON.parse(text));
    }),
    { numRuns: 2000 },
  );
});

test('an empty body is none', () => {
  assert.equal(parse(''), undefined);
});

test('text that is not JSON is refused without echoing it', () => {
  for (const text of [
    '{',
    'secret',
    "{'a':1}",
    '{"a":1,}',
    '[1,]',
    '{"a":01}',
    '\u00a0{}',
    '{"a":NaN}',
    '{}{}',
  ]) {
    refused(text, /^The request body is not valid JSON\.$/);
  }
});

test('the same key twice is refused at any depth, also when written differently or with equal values', () => {
  refused('{"a":1,"a":2}', /same key/);
  refused('{"a":1,"a":1}', /same key/);
  refused('{"a":1,"\\u0061":2}', /same key/);
  refused('{"x":[{"a":{"b":1,"b":2}}]}', /same key/);
});

test('colons, quotes and escapes inside of strings are not mistaken for members', () => {
  const text = '{"a:b":"c\\":\\"d","e\\\\":"::","f":{"g":":"}}';
  assert.deepEqual(parse(text), JSON.parse(text));
});

test("keys that reach into an object's prototype are refused", () => {
  for (const key of ['__proto__', 'constructor', 'prototype', '\\u005f_proto__'])
    refused(`{"a":{"${key}":{}}}`, /not allowed/);
});

test('NUL and lone surrogates are refused in keys and values', () => {
  refused('{"a":"\\u0000"}', /NUL/);
  refused('{"\\u0000":1}', /NUL/);
  refused('{"a":"\\ud800"}', /surrogate/);
  refused('["\\udc00x"]', /surrogate/);
  assert.deepEqual(parse('["\\ud83d\\ude00"]'), ['😀']);
});

test('bytes that are not UTF-8 are refused', () => {
  refused(Uint8Array.of(0x22, 0xff, 0x22), /not valid JSON/);
  refused(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), /not valid JSON/);
  refused(Uint8Array.of(0x22, 0xc0, 0xaf, 0x22), /not valid JSON/);
});

test('nesting beyond any use is refused, however deep', () => {
  refused(`${'['.repeat(17)}${']'.repeat(17)}`, /nested/);
  refused(`${'{"a":'.repeat(6000)}1${'}'.repeat(6000)}`, /nested/);
});
