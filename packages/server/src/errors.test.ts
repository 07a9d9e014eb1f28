import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { REFUSALS } from './errors.ts';

test('docs/errors.md has every refusal of the table, in its order, and no other', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8');
  const documented = [...text.matchAll(/^\| `([A-Z_]+)` *\| (\d+) *\| (.*?) *\|/gm)].map(
    ([, code, status, message]) => [code, Number(status), message],
  );
  const table = Object.values(REFUSALS).map(({ code, status, message }) => [code, status, message]);
  assert.deepEqual(documented, table);
});
