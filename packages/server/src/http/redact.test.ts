import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { newTokenString } from '../tokens/token-string.ts';
import { redactCommandLine, redactPath, redactText } from './redact.ts';

/** Ways to pass a password that people's command lines show; `secret` is the word or the words. */
const WAYS: readonly ((secret: string) => string)[] = [
  (secret) => `gsctl login jane@example.com -p ${secret}`,
  (secret) => `gsctl login jane@example.com -p${secret}`,
  (secret) => `gsctl login jane@example.com --password ${secret}`,
  (secret) => `gsctl login jane@example.com --password=${secret}`,
  (secret) => `gsctl -p ${secret} login jane@example.com`,
  (secret) => `gsctl --password '${secret}' login jane@example.com`,
  (secret) => `gsctl --auth-token ${secret} list clusters`,
  (secret) => `gsctl --auth-token=${secret} list clusters`,
  (secret) => `PASSWORD=${secret} guardbee users create jane@example.com`,
  (secret) => `GSCTL_AUTH_TOKEN=${secret} gsctl info`,
  (secret) => `curl -u jane:${secret} https://api.example.com/`,
  (secret) => `curl -H "Authorization: Bearer ${secret}" https://api.example.com/`,
  (secret) => `gsctl ping -e https://jane:${secret}@api.example.com/`,
  (secret) => `tool --client-secret ${secret} --api-key=${secret} run`,
];

/** Words of a password: recognisable, and with whatever else a password has. */
const word = fc
  .tuple(fc.constantFrom('Xq', 'zU', '-Kw', '--Vj', '=Yk', ':Wx'), fc.string({ minLength: 6, maxLength: 20 }))
  .map(([start, rest]) => start + rest.replace(/[\s'"@]/g, '_'));
const secret = fc.array(word, { minLength: 1, maxLength: 4 });

test('no word of a password is left of any way to give one', () => {
  fc.assert(
    fc.property(fc.constantFrom(...WAYS), secret, (way, words) => {
      const shown = redactCommandLine(way(words.join(' ')));
      for (const part of words) assert.ok(!shown.includes(part), `${way(words.join(' '))} → ${shown}`);
    }),
    { numRuns: 3_000 },
  );
});

test('what is no secret stays readable', () => {
  for (const [given, shown] of [
    ['gsctl list clusters', 'gsctl list clusters'],
    ['gsctl login jane@example.com -p secret', 'gsctl login jane@example.com -p [redacted]'],
    ['gsctl -psecret login jane@example.com', 'gsctl -p[redacted] login [redacted]'],
    ['gsctl --password=secret list clusters', 'gsctl --password=[redacted] list clusters'],
    ['guardbee tokens revoke 7mJkQ', 'guardbee tokens revoke 7mJkQ'],
    ['guardbee login jane@example.com --password-stdin', 'guardbee login jane@example.com --password-stdin'],
    ['', ''],
  ] as const) {
    assert.equal(redactCommandLine(given), shown);
  }
});

test('a token string is taken out of any text, also when it has been cut off', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.integer({ min: 18, max: 58 }), (before, after, length) => {
      const token = newTokenString().slice(0, length);
      for (const redact of [redactText, redactCommandLine, redactPath])
        assert.ok(!redact(`${before}${token}${after}`).includes(token));
    }),
  );
});

test('redacting twice changes nothing more', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.equal(redactText(redactText(text)), redactText(text));
    }),
  );
});

test('a path keeps its words and loses its query, its keys and what stands before an @', () => {
  assert.equal(redactPath('/orders/17?key=1#top'), '/orders/17');
  assert.equal(redactPath('/reset/4f9a1c0b7d2e4f9a1c0b7d2e'), '/reset/[redacted]');
  assert.equal(
    redactPath('/orders/123e4567-e89b-12d3-a456-426614174000'),
    '/orders/123e4567-e89b-12d3-a456-426614174000',
  );
  assert.equal(redactPath('https://jane:secret@example.com/x'), 'https://[redacted]@example.com/x');
});
