import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import {
  isRepeated as serviceIsRepeated,
  parseAuthorization as serviceParses,
} from '../../server/src/http/authorization.ts';
import { isRepeated, parseAuthorization } from './authorization.ts';

suite('the Authorization header', () => {
  test('is read exactly as the service reads it', () => {
    const scheme = fc.constantFrom('giantswarm', 'Bearer', 'TOKEN', 'Basic', 'tok', '', ' ');
    const space = fc.constantFrom('', ' ', '  ', '\t', ', ');
    const value = fc.constantFrom('abc', 'a.b~c+d/e-f_g==', 'undefined', '', 'a b', 'a,b', '"a"', 'ä', '=');
    fc.assert(
      fc.property(scheme, space, value, fc.constantFrom('', ' ', ', Bearer abc'), (a, b, c, d) => {
        assert.deepEqual(parseAuthorization(a + b + c + d), serviceParses(a + b + c + d));
      }),
      { numRuns: 5_000 },
    );
    fc.assert(
      fc.property(fc.string(), (text) => assert.deepEqual(parseAuthorization(text), serviceParses(text))),
    );
    assert.deepEqual(parseAuthorization(undefined), { kind: 'none' });
  });

  test('a second one is noticed', () => {
    const lists = [
      [],
      ['Host', 'authorization'],
      ['Authorization', 'a'],
      ['authorization', 'a', 'AUTHORIZATION', 'b'],
    ];
    assert.deepEqual(lists.map(isRepeated), [false, false, false, true]);
    for (const list of lists) assert.equal(isRepeated(list), serviceIsRepeated(list, 'authorization'));
  });
});
