import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashSync } from '@node-rs/argon2';
import fc from 'fast-check';
import { objectionToHash } from './foreign-hash.ts';
import { parsePasswordHash } from './password-hash.ts';
import { verifyHash } from './verify-hash.ts';

const PASSWORD = 'correct horse ünïcode';
/** Made by others: libxcrypt's bcrypt, OpenSSL's PBKDF2 and scrypt, in the spellings of PHC, passlib and Django. */
const FOREIGN = {
  'bcrypt 2a': '$2a$05$abcdefghijklmnopqrstuuV91QMvTz3Qdvoi.KNP2/KHKEAmosNoe',
  'bcrypt 2b': '$2b$05$abcdefghijklmnopqrstuuV91QMvTz3Qdvoi.KNP2/KHKEAmosNoe',
  'bcrypt 2y': '$2y$05$abcdefghijklmnopqrstuuV91QMvTz3Qdvoi.KNP2/KHKEAmosNoe',
  'PBKDF2 sha1': '$pbkdf2-sha1$i=1000$c2l4dGVlbi1ieXRlLXNsdA$CXG+d0vlIERDfOn/YeXa/rw7SM0',
  'PBKDF2 of passlib': '$pbkdf2$1000$c2l4dGVlbi1ieXRlLXNsdA$CXG.d0vlIERDfOn/YeXa/rw7SM0',
  'PBKDF2 sha256':
    '$pbkdf2-sha256$i=1000,l=32$c2l4dGVlbi1ieXRlLXNsdA$cwnz6LCB+LQ2hyV1wKHdY0ijvaB87vEPdXYFiJjCu5c',
  'PBKDF2 sha512':
    '$pbkdf2-sha512$i=1000$c2l4dGVlbi1ieXRlLXNsdA$+DYTvXTqR9MRjqOToX8C9YcCkcCqLyyRUFmw5yHt/WPzMBev1E4ANLv2a2q5j6pTNn6enZP+Qor4EjxeVE25Dg',
  Django: 'pbkdf2_sha256$1000$djangoSalt$Sal2gW3furFII2N2etKimxxWAXovkszTKm5/2Fs5pR8=',
  scrypt: '$scrypt$ln=10,r=8,p=1$c2l4dGVlbi1ieXRlLXNsdA$7lR2JwidAgG6ql5GyTp4oBnJ9zlB7fOpGG+AlzjFibg',
  argon2d: hashSync(PASSWORD, { algorithm: 0, memoryCost: 1024, timeCost: 3, parallelism: 2 }),
  argon2i: hashSync(PASSWORD, { algorithm: 1, memoryCost: 1024, timeCost: 3, version: 0 }),
  argon2id: hashSync(PASSWORD, { algorithm: 2, memoryCost: 2048, timeCost: 1 }),
};

test('hashes that others made verify their own password and no other', () => {
  for (const [name, hash] of Object.entries(FOREIGN)) {
    assert.equal(objectionToHash(hash), undefined, name);
    assert.equal(verifyHash(hash, PASSWORD), true, name);
    for (const wrong of [`${PASSWORD} `, PASSWORD.slice(0, -1), PASSWORD.normalize('NFD'), ''])
      assert.equal(verifyHash(hash, wrong), false, name);
  }
});

test("RFC 7914's scrypt vector verifies", () => {
  const key =
    '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887';
  const [salt, hash] = [Buffer.from('SodiumChloride'), Buffer.from(key, 'hex')].map((bytes) =>
    bytes.toString('base64').replace(/=+$/, ''),
  );
  const text = `$scrypt$ln=14,r=8,p=1$${salt}$${hash}`;
  assert.equal(objectionToHash(text), undefined);
  assert.equal(verifyHash(text, 'pleaseletmein'), true);
});

test('a password of more than 72 bytes is not right for a bcrypt hash, though its first 72 bytes are', () => {
  const of72 = '$2b$04$abcdefghijklmnopqrstuuNt.0ah97gHY3F7JC1Z6EXmQc0bQBhIO';
  assert.equal(verifyHash(of72, 'p'.repeat(72)), true);
  for (const ending of ['p', 'x', 'ü', 'p'.repeat(72)])
    assert.equal(verifyHash(of72, 'p'.repeat(72) + ending), false);
});

test('NUL ends no password', () => {
  const hash = '$2b$05$abcdefghijklmnopqrstuuV91QMvTz3Qdvoi.KNP2/KHKEAmosNoe';
  assert.equal(verifyHash(hash, `${PASSWORD}\0`), false);
  assert.equal(verifyHash(hash, `${PASSWORD}\0x`), false);
});

test('a hash that is cut anywhere is refused, and so is one with something behind it', () => {
  for (const [name, hash] of Object.entries(FOREIGN)) {
    // A padding that is gone is no loss: the bytes are all there.
    const text = hash.replace(/=$/, '');
    for (let length = 0; length < text.length; length++) {
      const cut = text.slice(0, length);
      if (objectionToHash(cut) === undefined) {
        // An Argon2 hash of exactly 16 bytes is one in its own right, and no password is right for it.
        assert.match(cut, /^\$argon2.*\$[^$]{22}$/, name);
        assert.equal(verifyHash(cut, PASSWORD), false);
      }
    }
    for (const more of ['\n', ' ', '$', 'A', '\0', '==='])
      assert.match(objectionToHash(text + more) ?? 'accepted', /damaged/, `${name} ${JSON.stringify(more)}`);
  }
});

test('whatever text comes, it is read or refused, never thrown at', () => {
  const piece = fc.constantFrom(
    '$',
    'argon2id',
    '2b',
    'scrypt',
    'pbkdf2-sha256',
    'v=19',
    'ln=',
    ',r=8',
    'i=',
    '10',
    'c2FsdA',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      ),
      (text) => {
        const objection = objectionToHash(text);
        assert.equal(objection === undefined, parsePasswordHash(text) !== undefined);
      },
    ),
  );
});

test('hashes that cost too much are refused with what is too much', () => {
  const salt = 'c2l4dGVlbi1ieXRlLXNsdA';
  const key = 'A'.repeat(43);
  const tooMuch: [string, RegExp][] = [
    [`$2b$13$${'a'.repeat(21)}u${'b'.repeat(31)}`, /cost may be 12 at most and is 13/],
    [`$argon2id$v=19$m=65537,t=1,p=1$${salt}$${key}`, /memory/],
    [`$argon2id$v=19$m=4294967295,t=1,p=1$${salt}$${key}`, /memory/],
    [`$argon2id$v=19$m=65536,t=11,p=1$${salt}$${key}`, /passes/],
    [`$argon2id$v=19$m=65536,t=1,p=17$${salt}$${key}`, /lanes/],
    [`$scrypt$ln=17,r=8,p=1$${salt}$${key}`, /memory/],
    [`$scrypt$ln=16,r=8,p=3$${salt}$${key}`, /N·r·p/],
    [`$pbkdf2-sha256$i=2000001$${salt}$${key}`, /iterations/],
    [`$pbkdf2-sha1$i=1000001,l=32$${salt}$${key}`, /iterations/],
    [`pbkdf2_sha256$2000001$salt$${key}=`, /iterations/],
  ];
  for (const [hash, reason] of tooMuch) {
    const objection = objectionToHash(hash) ?? 'accepted';
    assert.match(objection, reason, hash);
    assert.ok(!objection.includes(salt) && !objection.includes('bbbb'), 'says nothing of the hash');
  }
  const enough = [
    `$2b$12$${'a'.repeat(21)}u${'b'.repeat(31)}`,
    `$argon2id$v=19$m=65536,t=10,p=4$${salt}$${key}`,
    `$scrypt$ln=16,r=8,p=2$${salt}$${key}`,
    `$pbkdf2-sha512$i=2000000,l=64$${salt}$${'A'.repeat(86)}`,
  ];
  for (const hash of enough) assert.equal(objectionToHash(hash), undefined, hash);
});

test('a hash that would need more memory than any setting allows is not computed, whoever wrote it', () => {
  const hash = '$argon2id$v=19$m=4294967295,t=1,p=1$c2l4dGVlbi1ieXRlLXNsdA$AAAAAAAAAAAAAAAAAAAAAA';
  assert.throws(() => verifyHash(hash, 'p'), /memory/);
  assert.throws(() => verifyHash('$scrypt$ln=31,r=8,p=1$c2l4dGVlbi1ieXRlLXNsdA$AAAAAAAAAAAAAAAAAAAAAA', 'p'));
  assert.throws(() => verifyHash('not a hash', 'p'), /cannot be read/);
});
