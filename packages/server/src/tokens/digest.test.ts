import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import {
  type DigestKey,
  type DigestKeys,
  digestToken,
  fingerprintKey,
  hasValidSeal,
  sealToken,
} from './digest.ts';

const key: DigestKey = { id: 'k1', secret: createSecretKey(Buffer.alloc(32, 1)) };
const other: DigestKey = { id: 'k2', secret: createSecretKey(Buffer.alloc(32, 2)) };
const keys: DigestKeys = [key];

const unsealed = {
  id: 't1',
  userId: 'u1',
  digest: digestToken(key, 'guardbee_x'),
  keyId: 'k1',
  name: null,
  created: 1,
  expiry: 2 as number | null,
  scopes: ['*'],
};
const token = { ...unsealed, seal: sealToken(key, unsealed) };

test('a digest depends on the token string and the key', () => {
  assert.equal(digestToken(key, 'a').length, 32);
  assert.notDeepEqual(digestToken(key, 'a'), digestToken(key, 'b'));
  assert.notDeepEqual(digestToken(key, 'a'), digestToken(other, 'a'));
});

test('a row as it was sealed is accepted', () => {
  assert.ok(hasValidSeal(keys, token));
  assert.ok(hasValidSeal([other, key], token));
});

test('a row that speaks for somebody else, lives longer or may more than sealed is refused', () => {
  assert.equal(hasValidSeal(keys, { ...token, userId: 'u2' }), false);
  assert.equal(hasValidSeal(keys, { ...token, expiry: null }), false);
  assert.equal(hasValidSeal(keys, { ...token, expiry: 3 }), false);
  assert.equal(hasValidSeal(keys, { ...token, scopes: ['*', 'more'] }), false);
  assert.equal(hasValidSeal(keys, { ...token, created: 0 }), false);
  assert.equal(hasValidSeal(keys, { ...token, id: 't2' }), false);
  assert.equal(hasValidSeal(keys, { ...token, digest: digestToken(key, 'guardbee_y') }), false);
});

test('a seal by another key, of another length, or under an unknown key id is refused', () => {
  assert.equal(hasValidSeal(keys, { ...token, seal: sealToken(other, unsealed) }), false);
  assert.equal(hasValidSeal(keys, { ...token, seal: token.seal.subarray(0, 8) }), false);
  assert.equal(hasValidSeal(keys, { ...token, seal: new Uint8Array() }), false);
  assert.equal(hasValidSeal([other], token), false);
});

test('a digest can not pass as a seal or a fingerprint', () => {
  assert.notDeepEqual(digestToken(key, '').subarray(0, 16), fingerprintKey(key));
});
