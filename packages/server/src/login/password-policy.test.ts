import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { commonPasswords } from './common-passwords.ts';
import { objectionTo } from './password-policy.ts';

const JANE = { email: 'Jane.Doe@example.com', serviceNames: ['login-7.acme.test'] };

function refused(password: string, reason: RegExp): void {
  assert.match(objectionTo(password, JANE) ?? 'accepted', reason, password);
}

test('a new password needs 15 code points, not bytes or UTF-16 units, and may have 64 and more', () => {
  refused('x1k9qz7pv3rt5m', /at least 15/);
  assert.equal(objectionTo('x1k9qz7pv3rt5mw', JANE), undefined);
  refused('😀😁😂🤣😃😄😅😆😉😊😋😎😍😘', /at least 15/);
  assert.equal(objectionTo('😀😁😂🤣😃😄😅😆😉😊😋😎😍😘🥰', JANE), undefined);
  const words = 'velvet anchor mosaic thunder pickle orbit ';
  assert.equal(objectionTo(words.repeat(2).slice(0, 64), JANE), undefined);
  assert.equal(objectionTo(words.repeat(20), JANE), undefined);
});

test('common passwords are refused repeated, put together, lengthened, and with digits for letters', () => {
  for (const password of [
    'passwordpassword',
    'Password12345678',
    'P@ssw0rd-P@ssw0rd',
    'letmeinletmein1234',
    'footballbaseball1',
    'dragonmonkeyfootball',
    '!!!iloveyou!!!iloveyou',
    'qwertyuiop12345',
    'tr0u8l3-tr0u8l3-99',
    'Welcome2024Welcome',
    'ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ',
  ])
    refused(password, /common one/);
});

test('ways over the keyboard, sequences and repetitions are refused', () => {
  for (const walk of ["zxcvbnm,./asdfghjkl;'", 'qwertzuiopü-asdfghjklöä', 'vfr4bgt5nhy6mju7'])
    refused(walk, /keyboard|common/);
  for (const sequence of ['abcdefghijklmnop', '98765432109876543', 'zyxwvutsrqponmlk', '23456789012345678'])
    refused(sequence, /sequence|common|repeated|keyboard/);
  for (const repetition of [
    'aaaaaaaaaaaaaaaaaaaa',
    'xk7qxk7qxk7qxk7q',
    'x1x1x1x1x1x1x1x1',
    '........................',
  ])
    refused(repetition, /repeated|sequence/);
});

test("the user's e-mail and the names of service and installation are refused, and what is made of their parts", () => {
  for (const password of [
    'jane.doe@example.com',
    'JANE.DOE@EXAMPLE.COM1',
    'jane-jane-jane-jane',
    'DoeJaneExample2024!',
    'j4n3d03example.com',
  ])
    refused(password, /e-mail/);
  for (const password of [
    'guardbee-guardbee',
    'GuardBee2024!GuardBee',
    'gu4rdb33acme!2024',
    'login-7.acme.test',
    'acme-acme-acme-1',
  ])
    refused(password, /name of the service/);
  assert.equal(
    objectionTo('jane likes velvet thunder', JANE),
    undefined,
    'a name among other words is no harm',
  );
});

test('each word of the list, alone or twice, lengthened to 15, is refused', () => {
  const words = [...commonPasswords().keys()];
  const word = fc.integer({ min: 0, max: words.length - 1 }).map((n) => words[n] ?? '');
  const padding = fc.constantFrom('', '1', '!', '123', '2024', '1!', '12345678901234');
  fc.assert(
    fc.property(word, padding, fc.boolean(), (base, more, twice) => {
      const password = (twice ? base + base : base) + more;
      fc.pre(password.length >= 15);
      assert.notEqual(objectionTo(password, JANE), undefined, password);
    }),
    { numRuns: 1000 },
  );
});

test('any two words of the list are refused, whatever single mark is between them', () => {
  const words = [...commonPasswords().keys()];
  const word = fc.integer({ min: 0, max: words.length - 1 }).map((n) => words[n] ?? '');
  fc.assert(
    fc.property(word, word, fc.constantFrom('', ' ', '-', '_', '.'), (first, second, mark) => {
      const password = first + mark + second;
      fc.pre(password.length >= 15);
      assert.notEqual(objectionTo(password, JANE), undefined, password);
    }),
    { numRuns: 1000 },
  );
});

// The hardest case, since each word of the passphrase is on the list itself.
test('random passphrases of four words are never refused', () => {
  const words = [...commonPasswords().keys()].filter((word) => /^[a-z]{4,9}$/.test(word));
  // Without bias: the generator would prefer the beginning of the list, where the commonest stand.
  const word = fc.noBias(fc.integer({ min: 0, max: words.length - 1 })).map((n) => words[n] ?? '');
  fc.assert(
    fc.property(fc.tuple(word, word, word, word), fc.constantFrom(' ', '-', ''), (picked, mark) => {
      fc.pre(new Set(picked).size === 4 && picked.join(mark).length >= 15);
      assert.equal(objectionTo(picked.join(mark), JANE), undefined, picked.join(mark));
    }),
    { numRuns: 3000 },
  );
});

test('passwords that a manager makes are never refused', () => {
  const characters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#%+-_';
  const character = fc
    .noBias(fc.integer({ min: 0, max: characters.length - 1 }))
    .map((n) => characters.charAt(n));
  fc.assert(
    fc.property(fc.string({ unit: character, minLength: 15, maxLength: 40 }), (password) => {
      fc.pre(new Set(password).size >= 8); // the generator likes repetitions
      assert.equal(objectionTo(password, JANE), undefined, password);
    }),
    { numRuns: 3000 },
  );
});

test('a refusal repeats nothing of the password', () => {
  for (const password of ['hunter2hunter2hunter2', 'trustno1trustno1', 'jane-jane-jane-jane'])
    for (const part of password.split('-'))
      assert.ok(!(objectionTo(password, JANE) ?? '').includes(part), password);
});

test('the list is a few hundred kB, and the longest password is judged within a moment', () => {
  const { size } = statSync(new URL('../../data/common-passwords.txt', import.meta.url));
  assert.ok(size > 100_000 && size < 500_000, `${size}`);
  assert.ok(commonPasswords().size > 40_000);
  const begin = performance.now();
  objectionTo('qwertyp@ssw0rd1abc'.repeat(60).slice(0, 1023), JANE);
  objectionTo(
    Array.from({ length: 1023 }, (_, n) => String.fromCharCode(97 + ((n * n) % 26))).join(''),
    JANE,
  );
  assert.ok(performance.now() - begin < 1000);
});
