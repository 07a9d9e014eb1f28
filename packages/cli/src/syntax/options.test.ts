import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RFC3339_PATTERN } from '../../../server/src/rfc3339.ts';
import { SCOPE_PATTERN } from '../../../server/src/tokens/scopes.ts';
import { GROUP_PATTERN } from '../../../server/src/users/groups.ts';
import { parseExpiry } from '../times.ts';
import { groups, scopes } from './options.ts';

test('what is typed is taken exactly where the service takes it', () => {
  const texts = [
    '',
    'a',
    'a b',
    ' a',
    'a,b',
    'a"',
    'a\\',
    '*',
    'ä',
    'system:x',
    'a\x07',
    'x'.repeat(100),
    'x'.repeat(101),
  ];
  const times = [
    '2030-01-31T12:00:00Z',
    '2030-01-31t12:00:00.5+01:00',
    '2030-01-31',
    '2030-01-31T12:00:00',
    '2030-01-31T12:00Z',
  ];
  const takes = (read: () => unknown): boolean => {
    try {
      read();
      return true;
    } catch {
      return false;
    }
  };
  for (const text of texts) {
    assert.equal(
      takes(() => scopes(text)),
      new RegExp(SCOPE_PATTERN, 'u').test(text),
      JSON.stringify(text),
    );
    assert.equal(
      takes(() => groups(text)),
      new RegExp(GROUP_PATTERN, 'u').test(text),
      JSON.stringify(text),
    );
  }
  for (const time of times)
    assert.equal(
      takes(() => parseExpiry(time)),
      new RegExp(RFC3339_PATTERN).test(time),
      time,
    );
});
