import assert from 'node:assert/strict';
import { test } from 'node:test';
import { styleText } from 'node:util';
import fc from 'fast-check';
import { lines, table } from './table.ts';
import { visible, visibleOutput } from './visible.ts';

const CONTROL = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

test('control characters are shown, in whatever text, and nothing else changes', () => {
  assert.equal(visible('\x1b]0;owned\x07'), '\\u001b]0;owned\\u0007');
  assert.equal(visible('a\nb\tc'), 'a\\u000ab\\u0009c');
  assert.equal(visible('\u009b2J \u202egnp.exe'), '\\u009b2J \\u202egnp.exe');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(visible(text), CONTROL);
      if (!CONTROL.test(text)) assert.equal(visible(text), text);
    }),
  );
});

test('a whole output keeps its lines and our colours, and nothing that moves the cursor, hides or renames', () => {
  const red = styleText('red', 'failed', { validateStream: false });
  assert.equal(visibleOutput(`a\n${red}\tb`), `a\n${red}\tb`);
  for (const evil of ['\x1b[2J', '\x1b[8m', '\x1b]8;;http://x\x07', '\r', '\x9b31m', '\x1b[31;8m', '\x08']) {
    assert.doesNotMatch(visibleOutput(evil), CONTROL);
  }
});

test('JSON means the same as before', () => {
  fc.assert(
    fc.property(fc.json(), fc.string({ unit: 'binary' }), (json, text) => {
      for (const one of [json, JSON.stringify({ text })]) {
        assert.deepEqual(JSON.parse(visibleOutput(one)), JSON.parse(one));
      }
    }),
  );
});

test('a cell or value can neither leave its line nor its column', () => {
  const shown = table(
    ['A', 'B'],
    [
      ['x\ny', 'z'],
      ['\x1b[2K', 'z'],
    ],
  );
  assert.deepEqual(shown.split('\n'), ['A          B', 'x\\u000ay   z', '\\u001b[2K  z']);
  assert.equal(lines({ name: 'a\nrole  administrator' }), 'name  a\\u000arole  administrator');
});
