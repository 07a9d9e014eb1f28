import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readConfig, showSettings } from './config.ts';
import { ConfigError, nameInFile } from './config-sources.ts';
import { SETTINGS } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'guardbee-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function refused(config: string, message: RegExp): void {
  assert.throws(
    () => readConfig({ GUARDBEE_CONFIG_FILE: config }),
    (error) => error instanceof ConfigError && message.test(error.message),
    config,
  );
}

const YAML = `
# where it listens
listen: 127.0.0.1:1
log_level: warn
token_max_age: 30d
tokens_per_user: 7
trusted_proxies: [10.0.0.0/8, 192.0.2.1]
tls_cert:
`;

test('a file has the settings by their names in lower case, as YAML or JSON', () => {
  for (const path of [
    file('a.yaml', YAML),
    file(
      'a.json',
      JSON.stringify({
        listen: '127.0.0.1:1',
        log_level: 'warn',
        token_max_age: '30d',
        tokens_per_user: 7,
        trusted_proxies: ['10.0.0.0/8', '192.0.2.1'],
      }),
    ),
  ]) {
    const config = readConfig({}, { config: path });
    assert.deepEqual(config.listen, { host: '127.0.0.1', port: 1 });
    assert.equal(config.logLevel, 'warn');
    assert.equal(config.tokenPolicy.maxAge, 30 * 86_400_000);
    assert.equal(config.tokenLimit?.most, 7);
    assert.deepEqual(config.trustedProxies, ['10.0.0.0/8', '192.0.2.1']);
  }
});

test('a flag goes before the environment, that before a secret in a file of its own, that before the file', () => {
  const config = file(
    'b.yaml',
    `listen: h:1\nlog_level: warn\ndigest_keys: k0:${Buffer.alloc(32).toString('base64')}\nadmin_email: a@example.com\n`,
  );
  const environment = { GUARDBEE_CONFIG_FILE: config };
  const origins = (more: Record<string, string>, flags = {}) =>
    Object.fromEntries(
      showSettings({ ...environment, ...more }, flags).map(({ key, origin }) => [key, origin]),
    );
  assert.equal(origins({}).GUARDBEE_LISTEN, config);
  assert.equal(origins({ GUARDBEE_LISTEN: 'h:2' }).GUARDBEE_LISTEN, 'GUARDBEE_LISTEN');
  assert.equal(origins({ GUARDBEE_LISTEN: 'h:2' }, { listen: 'h:3' }).GUARDBEE_LISTEN, '--listen');
  assert.equal(readConfig({ ...environment, GUARDBEE_LISTEN: 'h:2' }, { listen: 'h:3' }).listen.port, 3);
  const secret = file('secret', `k1:${Buffer.alloc(32, 7).toString('base64')}\n`);
  const { digestKeys } = readConfig({ ...environment, GUARDBEE_DIGEST_KEYS_FILE: secret });
  assert.deepEqual(digestKeys?.[0].secret.export(), Buffer.alloc(32, 7));
  assert.equal(origins({ GUARDBEE_DIGEST_KEYS_FILE: secret }).GUARDBEE_DIGEST_KEYS, secret);
  assert.equal(origins({}).GUARDBEE_TOKEN_MAX_AGE, 'default');
});

test('secrets are never shown, wherever they come from', () => {
  const config = file('c.yaml', 'admin_email: a@example.com\nadmin_password: from-the-file\n');
  const shown = JSON.stringify(
    showSettings({
      GUARDBEE_CONFIG_FILE: config,
      GUARDBEE_DIGEST_KEYS: 'k1:from-the-environment',
      GUARDBEE_DATABASE_URL: 'postgres://u:in-the-url@h/d',
    }),
  );
  for (const secret of ['from-the-file', 'from-the-environment', 'in-the-url'])
    assert.ok(!shown.includes(secret), secret);
  assert.equal(shown.match(/\(hidden\)/g)?.length, 3);
  assert.ok(shown.includes('"postgres://u:(hidden)@h/d"'), 'of a URL the password alone');
  const { value } = showSettings({ GUARDBEE_DATABASE_URL: 'sqlite:/x' }).find(
    ({ key }) => key === 'GUARDBEE_DATABASE_URL',
  ) ?? { value: undefined };
  assert.equal(value, 'sqlite:/x');
});

test('what cannot be meant is refused, and a file is never quoted', () => {
  refused(join(folder, 'nowhere'), /^GUARDBEE_CONFIG_FILE cannot be ".*nowhere": .*ENOENT/);
  refused(
    file('d.yaml', '# one\nlog_level: info\nlisen: h:1'),
    /d\.yaml, line 3: there is no setting "lisen"/,
  );
  refused(
    file('n.json', '{"log_level": "info",\n "lisen": 1}'),
    /n\.json, line 2: there is no setting "lisen"/,
  );
  refused(file('o.yaml', 'just a word'), /one setting a line/);
  refused(file('e.yaml', 'listen: {host: h}'), /e\.yaml, line 1: listen must be text, a number, or a list/);
  refused(file('f.yaml', 'listen: true'), /listen must be text/);
  refused(file('g.yaml', '- listen'), /one setting a line/);
  refused(
    file('h.yaml', 'listen: h:1\nlisten: h:2'),
    /h\.yaml, line 2, is not YAML \(DUPLICATE_KEY, at column 1\)/,
  );
  refused(file('m.yaml', 'listen: h:1\n\n# one more\n  log_level: [warn\n'), /m\.yaml, line \d, is not YAML/);
  refused(file('p.yaml', 'admin_password: *secret'), /^(?!.*secret).*p\.yaml: text that begins with \*/);
  refused(file('i.yaml', 'admin_password: "secret'), /^(?!.*secret).*is not YAML/);
  refused(
    file('l.yaml', 'digest_keys: k1:tooshort'),
    /^GUARDBEE_DIGEST_KEYS cannot be \(hidden\): digest key "k1" is not the padded base64 of 32 bytes or more\.$/,
  );
  refused(file('j.yaml', 'log_level: loud'), /^GUARDBEE_LOG_LEVEL \(--log-level\) cannot be "loud"/);
  assert.throws(
    () => readConfig({ GUARDBEE_DIGEST_KEYS: 'a', GUARDBEE_DIGEST_KEYS_FILE: 'b' }),
    /cannot both be set/,
  );
  assert.throws(
    () => readConfig({ GUARDBEE_DIGEST_KEYS_FILE: file('empty', '\n') }),
    /GUARDBEE_DIGEST_KEYS_FILE: ".*empty" is empty/,
  );
  assert.equal(readConfig({ GUARDBEE_CONFIG_FILE: file('k.yaml', '') }).logLevel, 'info');
});

test('every setting has a name of its own in a file', () => {
  const names = Object.values(SETTINGS).map(nameInFile);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z_]+$/);
});
