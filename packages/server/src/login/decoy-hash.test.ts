import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decoyHash } from './decoy-hash.ts';
import { newHash } from './new-hash.ts';
import { isOutdated } from './password.ts';
import { parsePasswordHash } from './password-hash.ts';
import { verifyHash } from './verify-hash.ts';

for (const parameters of [
  { memoryKiB: 19_456, passes: 2, lanes: 1 },
  { memoryKiB: 8_192, passes: 3, lanes: 2 },
])
  test(`a decoy is what a hash of today is, but nobody's (${Object.values(parameters).join(', ')})`, () => {
    const [decoy, real] = [decoyHash(parameters), newHash('', parameters)];
    // The same work, salt and key of the same length.
    assert.deepEqual(parsePasswordHash(decoy), parsePasswordHash(real));
    assert.equal(decoy.length, real.length);
    assert.equal(isOutdated(decoy, parameters), false);
    for (const password of ['', 'correct horse battery staple'])
      assert.equal(verifyHash(decoy, password), false);
    assert.notEqual(decoyHash(parameters), decoy);
  });
