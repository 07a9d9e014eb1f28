import assert from 'node:assert/strict';
import { createHmac, createPrivateKey, randomBytes, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import type { DigestKeys } from '../tokens/digest.ts';
import { parseDigestKeys } from '../tokens/digest-keys.ts';
import { auditPublicKey, auditSigner } from './signing-key.ts';

const entry = (id: string, secret: Uint8Array): string => `${id}:${Buffer.from(secret).toString('base64')}`;
const [one, two] = [randomBytes(32), randomBytes(32)];
const text = Buffer.from('head');

function signWith(keys: DigestKeys): Buffer {
  const { privateKey } = auditSigner(keys);
  return sign(null, text, createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' }));
}

test('the first digest key signs, under its name, and its public key verifies', () => {
  const keys = parseDigestKeys(`${entry('a', one)},${entry('b', two)}`);
  assert.equal(auditSigner(keys).keyId, 'a');
  assert.equal(verify(null, text, auditPublicKey(keys[0]), signWith(keys)), true);
  assert.equal(verify(null, text, auditPublicKey(keys[1] as DigestKeys[0]), signWith(keys)), false);
});

test('nodes that share the secret share the key, whatever they call it', () => {
  const [here, there] = [parseDigestKeys(entry('a', one)), parseDigestKeys(entry('b', one))];
  assert.deepEqual(signWith(here), signWith(there), 'Ed25519 is deterministic');
  assert.notDeepEqual(signWith(here), signWith(parseDigestKeys(entry('a', two))));
});

test('the seed is HKDF-SHA-256 without salt over the secret, for this purpose alone', () => {
  // RFC 5869 sections 2.2 and 2.3, written out for one block.
  const extracted = createHmac('sha256', new Uint8Array(32)).update(one).digest();
  const seed = createHmac('sha256', extracted).update('guardbee audit\x01').digest();
  assert.deepEqual(Buffer.from(auditSigner(parseDigestKeys(entry('a', one))).privateKey).subarray(-32), seed);
});
