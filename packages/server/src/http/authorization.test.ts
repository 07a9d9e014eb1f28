import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isRepeated, parseAuthorization } from './authorization.ts';

const token = 'guardbee_aWrh77Ypw6_JE5jyHUKmyKtjPWjHekfI_DWXbn1xUWM9NcThA';

test('giantswarm, Bearer and Token mean the same, in any case', () => {
  for (const scheme of [
    'giantswarm',
    'GiantSwarm',
    'GIANTSWARM',
    'Bearer',
    'bearer',
    'BEARER',
    'Token',
    'token',
  ]) {
    assert.deepEqual(parseAuthorization(`${scheme} ${token}`), { kind: 'token', value: token });
  }
});

test('a bare token without a scheme is a token', () => {
  assert.deepEqual(parseAuthorization(token), { kind: 'token', value: token });
});

test('several spaces may stand between scheme and token (RFC 9110: 1*SP)', () => {
  assert.deepEqual(parseAuthorization(`giantswarm   ${token}`), { kind: 'token', value: token });
});

test('no header is no credential; an empty one is a malformed credential', () => {
  assert.deepEqual(parseAuthorization(undefined), { kind: 'none' });
  assert.deepEqual(parseAuthorization(''), { kind: 'malformed' });
});

test('other schemes, lists and trailing text are not tokens', () => {
  for (const header of [
    'giantswarm ',
    `Basic ${token}`,
    `giantswarm ${token}, giantswarm ${token}`,
    `giantswarm ${token} x`,
    `giantswarm\t${token}`,
    ` ${token}`,
    `Bearer realm="x"`,
    'Digest username="x", realm="y"',
  ]) {
    assert.deepEqual(parseAuthorization(header), { kind: 'malformed' }, header);
  }
});

test('any text is read without throwing, and only token68 text comes out', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (header) => {
      const credential = parseAuthorization(header);
      if (credential.kind === 'token') assert.match(credential.value, /^[A-Za-z0-9._~+/-]+=*$/);
    }),
    { numRuns: 2000 },
  );
});

test('a second Authorization header is noticed whatever its case', () => {
  assert.equal(isRepeated(['Authorization', 'a', 'Host', 'x'], 'authorization'), false);
  assert.equal(isRepeated(['Authorization', 'a', 'AUTHORIZATION', 'b'], 'authorization'), true);
  assert.equal(isRepeated(['Host', 'authorization', 'authorization', 'b'], 'authorization'), false);
});
