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
  (secret) => `GUARDBEE_ADMIN_PASSWORD=${secret} guardbee serve`,
  (secret) => `curl -u jane:${secret} https://api.example.com/`,
  (secret) => `curl -H "Authorization: Bearer ${secret}" https://api.example.com/`,
  (secret) => `gsctl ping -e https://jane:${secret}@api.example.com/`,
  (secret) => `tool --client-secret ${secret} --api-key=${secret} run`,
  (secret) => `curl -d {"email":"jane@example.com","password_base64":"${secret}"} https://api.example.com/`,
  (secret) => `curl -d '{"password" : "${secret}"}' https://api.example.com/`,
  (secret) => `curl --user jane:${secret} https://api.example.com/`,
  (secret) => `curl -su jane:${secret} https://api.example.com/`,
  (secret) => `gsctl login jane@example.com -vp ${secret}`,
  (secret) => `gsctl login jane@example.com -vp${secret}`,
  (secret) => `gsctl login '-p' '${secret}'`,
  (secret) => `gsctl login "-p${secret}"`,
  (secret) => `kubectl create secret generic x --from-literal=password=${secret}`,
  (secret) => `helm install x --set db.password=${secret}`,
  (secret) => `docker run --env=PASSWORD=${secret} image`,
  (secret) => `java -Dapp.password=${secret} Main`,
  (secret) => `tool x[password]=${secret}`,
  (secret) => `curl -d email=jane&password=${secret} https://api.example.com/`,
  (secret) => `curl https://api.example.com/?access_token=${secret}`,
  (secret) => `curl https://api.example.com/?password%3D${secret}`,
  (secret) => `gsctl login jane@example.com \u2013password ${secret}`,
  (secret) =>
    `gsctl login jane@example.com ${Buffer.from('\u2212\u2212password').toString('latin1')} ${secret}`,
  (secret) => `echo ${secret} | guardbee login jane@example.com --password-stdin`,
  (secret) => `guardbee login jane@example.com --password-stdin <<< ${secret}`,
  (secret) => `guardbee login jane@example.com --password-stdin < <(echo ${secret})`,
  (secret) => `cd x;PASSWORD=${secret} gsctl login`,
  (secret) => `(PASSWORD=${secret} gsctl login)`,
  (secret) => `PASSWORD+=${secret} gsctl login`,
  (secret) => `tool password = ${secret}`,
  (secret) => `psql jane:${secret}@db.example.com`,
  (secret) => `gsctl ping -e jane:1234/${secret}@api.example.com`,
  (secret) => `gsctl config set password ${secret}`,
  (secret) => `tool --pw ${secret}`,
  (secret) => `tool --pw64=${secret} --login-user jane:${secret}`,
  (secret) => `aws configure set aws_secret_access_key ${secret}`,
  (secret) => `["gsctl","login","-p","${secret}"]`,
  (secret) => `tool --auth ${secret} --key=${secret}`,
];

/** The same within what else clients say of themselves: `X-Giant-Swarm-Activity`, `User-Agent`. */
const TEXTS: readonly ((secret: string) => string)[] = [
  (secret) => `login password=${secret}`,
  (secret) => `login --password ${secret}`,
  (secret) => `login -p ${secret}`,
  (secret) => `agent/1.0 (token: ${secret})`,
  (secret) => `agent/1.0 https://jane:${secret}@example.com/`,
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

test('nor of any other text that names it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...TEXTS), secret, (text, words) => {
      const shown = redactText(text(words.join(' ')));
      for (const part of words) assert.ok(!shown.includes(part), `${text(words.join(' '))} → ${shown}`);
    }),
    { numRuns: 1_000 },
  );
});

test('whatever the text, the work is bounded: nothing is gone through again and again', () => {
  const seeds = [
    'a',
    'a.',
    'a://',
    'a://b:',
    ':',
    '@',
    'a@',
    'pass',
    'password ',
    '-p',
    '--pass-',
    'token ',
    'guardbee_',
    ' ',
    '"',
    '%3d',
  ];
  const alone = (redact: (text: string) => string, text: string): number => {
    const begin = process.cpuUsage();
    for (let n = 0; n < 20; n += 1) redact(`${text}${n}`);
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 20_000;
  };
  for (const redact of [redactText, redactCommandLine, redactPath]) {
    for (const seed of seeds) {
      const ms = alone(redact, seed.repeat(Math.ceil(16_000 / seed.length)));
      // What took 130 ms takes less than one; a machine under load gets room.
      assert.ok(ms < 20, `${redact.name} of ${seed}… takes ${ms} ms`);
    }
  }
});

test('what is no secret stays readable', () => {
  for (const [given, shown] of [
    ['gsctl list clusters', 'gsctl list clusters'],
    ['gsctl login jane@example.com -p secret', 'gsctl login jane@example.com -p [redacted]'],
    ['gsctl -psecret login jane@example.com', 'gsctl -p[redacted] login [redacted]'],
    ['gsctl --password=secret list clusters', 'gsctl --password=[redacted] list clusters'],
    ['guardbee tokens revoke 7mJkQ', 'guardbee tokens revoke 7mJkQ'],
    ['guardbee login jane@example.com --password-stdin', 'guardbee login jane@example.com --password-stdin'],
    [
      'gsctl create cluster --owner acme --name "my cluster"',
      'gsctl create cluster --owner acme --name "my cluster"',
    ],
    [
      'gsctl list clusters -e https://api.example.com:8443',
      'gsctl list clusters -e https://api.example.com:8443',
    ],
    ['guardbee tokens why --token-id 7mJkQ', 'guardbee tokens why --token-id 7mJkQ'],
    ['guardbee login <email> --password-stdin', 'guardbee login <email> --password-stdin'],
    ['curl https://api.example.com/v4/auth-tokens/', 'curl https://api.example.com/v4/auth-tokens/'],
    [
      'gsctl list clusters -e https://api.example.com:8443/ --email jane@example.com',
      'gsctl list clusters -e https://api.example.com:8443/ --email jane@example.com',
    ],
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
  for (const path of [
    '/cb%3Ftoken=S3cr3t',
    '/login/password=S3cr3t',
    '/a&token=S3cr3t',
    '/x;key=S3cr3t',
    '/x/token%3dS3cr3t',
  ])
    assert.doesNotMatch(redactPath(path), /S3cr3t/);
  assert.equal(redactPath('https://jane:secret@example.com/x'), 'https://[redacted]@example.com/x');
});
