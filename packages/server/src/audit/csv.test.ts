import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvLine } from './csv.ts';

/** RFC 4180, read back by a reader of our own. */
function parse(line: string): string[] {
  const cells: string[] = [];
  for (const match of line.replace(/\r\n$/, ',').matchAll(/(?:"((?:[^"]|"")*)"|([^,]*)),/g))
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
  return cells;
}

test('no cell begins with what a spreadsheet runs, whatever is sent', () => {
  const start = fc.constantFrom(
    '=',
    '+',
    '-',
    '@',
    '\t=',
    ' =',
    '"=',
    "'=",
    '\r=',
    '\ufeff=',
    '＝',
    '|',
    '%',
    '',
  );
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(start, fc.string()).map(([a, b]) => a + b),
        { minLength: 1 },
      ),
      (texts) => {
        const cells = parse(csvLine(texts));
        assert.equal(cells.length, texts.length);
        cells.forEach((cell, at) => {
          assert.doesNotMatch(cell, /^[\s"\ufeff]*[=+\-@|%\uff1d]/);
          assert.ok(cell === texts[at] || cell === `'${texts[at]}`);
        });
      },
    ),
  );
});

test('numbers are numbers and nothing is nothing', () => {
  assert.equal(csvLine([-1, null, 'a,b', 'say "no"']), '-1,,"a,b","say ""no"""\r\n');
});
