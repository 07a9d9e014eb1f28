import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { ADMIN, base64, type RunningService, run, serve, temporaryFolder } from './guardbee.ts';

const PASSWORD = 'correct horse ünïcode';
/** Made by others: see `foreign-hash.test.ts`. */
const FOREIGN = {
  bcrypt: '$2y$05$abcdefghijklmnopqrstuuV91QMvTz3Qdvoi.KNP2/KHKEAmosNoe',
  pbkdf2: '$pbkdf2-sha256$i=1000,l=32$c2l4dGVlbi1ieXRlLXNsdA$cwnz6LCB+LQ2hyV1wKHdY0ijvaB87vEPdXYFiJjCu5c',
  django: 'pbkdf2_sha256$1000$djangoSalt$Sal2gW3furFII2N2etKimxxWAXovkszTKm5/2Fs5pR8=',
  scrypt: '$scrypt$ln=10,r=8,p=1$c2l4dGVlbi1ieXRlLXNsdA$7lR2JwidAgG6ql5GyTp4oBnJ9zlB7fOpGG+AlzjFibg',
};
const TODAY = '$argon2id$v=19$m=19456,t=2,p=1$';
/** For the sentences that follow it is enough that no key, no salt and no password is in them. */
const SECRETS = [
  'abcdefghijklmnopqrstuu',
  'djangoSalt',
  'c2l4dGVlbi1ieXRlLXNsdA',
  'hunter2',
  'passwordpassword',
];

interface Folder {
  readonly path: string;
  readonly data: string;
}

async function offline({ data }: Folder, command: string, ...more: string[]) {
  return run(['users', command, ...more, '--offline', '--data-dir', data]);
}

function fileOf({ path }: Folder, lines: readonly (object | string)[]): string {
  const file = join(path, 'accounts.ndjson');
  writeFileSync(
    file,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
  return file;
}

function makeFolder(): Disposable & Folder {
  const folder = temporaryFolder();
  return { ...folder, data: join(folder.path, 'data'), [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

async function login(service: RunningService, email: string, password: string): Promise<number> {
  const body = JSON.stringify({ email, password_base64: base64(password) });
  const reply = await fetch(`${service.url}/v4/auth-tokens/`, { method: 'POST', body });
  await reply.arrayBuffer();
  return reply.status;
}

async function exported(folder: Folder): Promise<Record<string, { password_hash: string }>> {
  const { stdout } = await offline(folder, 'export', '--with-hashes');
  const users = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return Object.fromEntries(users.map((user) => [user.email, user]));
}

suite('accounts from elsewhere', () => {
  const folder = makeFolder();
  let service: RunningService;
  before(async () => {
    const file = fileOf(folder, [
      ...Object.entries(FOREIGN).map(([kind, hash]) => ({
        email: `${kind}@example.com`,
        password_hash: hash,
      })),
      { email: 'plain@example.com', password: 'velvet anchor mosaic thunder', admin: true },
      '',
      { email: 'gone@example.com', password_hash: FOREIGN.bcrypt, disabled: true },
      {
        email: 'Full@example.com',
        password_hash: FOREIGN.django,
        created: '2019-03-04T05:06:07Z',
        expiry: '2020-01-01T00:00:00+01:00',
        groups: ['ops', 'dev', 'ops'],
      },
    ]);
    const { code, stdout, stderr } = await offline(folder, 'import', file);
    assert.deepEqual([code, stdout, stderr], [0, '7 created, 0 skipped, 0 refused.\n', '']);
    service = await serve(folder.data);
  });
  after(async () => {
    await service.stop();
    folder[Symbol.dispose]();
  });

  test("log in with their old passwords, and the first login puts these under today's parameters", async () => {
    const kinds = Object.entries(FOREIGN).map(([kind, hash]) => ({
      kind,
      hash,
      email: `${kind}@example.com`,
    }));
    for (const { email } of kinds) assert.equal(await login(service, email, `${PASSWORD}!`), 401);
    const before = await exported(folder);
    for (const { email, hash } of kinds)
      assert.equal(before[email]?.password_hash, hash, 'not by a wrong password');
    for (const { email, kind } of kinds) assert.equal(await login(service, email, PASSWORD), 200, kind);
    const upgraded = await exported(folder);
    for (const { email, kind } of kinds) {
      assert.ok(upgraded[email]?.password_hash.startsWith(TODAY), kind);
      assert.equal(await login(service, email, PASSWORD), 200, `${kind} again`);
      assert.equal(await login(service, email, `${PASSWORD}!`), 401, kind);
    }
    assert.equal(await login(service, 'plain@example.com', 'velvet anchor mosaic thunder'), 200);
  });

  test('come as they were: disabled, expired, with their groups and their age', async () => {
    assert.equal(await login(service, 'gone@example.com', PASSWORD), 401);
    const { stdout } = await offline(folder, 'export');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.find((user) => user.email === 'Full@example.com'),
      {
        email: 'Full@example.com',
        created: '2019-03-04T05:06:07Z',
        expiry: '2019-12-31T23:00:00Z',
        admin: false,
        disabled: false,
        groups: ['dev', 'ops'],
      },
    );
    assert.equal(lines.find((user) => user.email === 'plain@example.com')?.admin, true);
  });

  test('are no way around the policy for whoever sets a password later', async () => {
    const common = 'passwordpassword';
    const created = await run(
      ['users', 'create', 'x@example.com', '--offline', '--data-dir', folder.data, '--password-stdin'],
      { input: common },
    );
    assert.equal(created.code, 1);
    assert.match(created.stderr, /common one/);
    const reset = await run(
      [
        'users',
        'set-password',
        'plain@example.com',
        '--offline',
        '--data-dir',
        folder.data,
        '--password-stdin',
      ],
      { input: common },
    );
    assert.match(reset.stderr, /common one/);
    const first = makeFolder();
    const started = await run(['serve', '--listen', '127.0.0.1:0', '--data-dir', first.data], {
      env: { GUARDBEE_ADMIN_EMAIL: ADMIN.email, GUARDBEE_ADMIN_PASSWORD: common },
    });
    first[Symbol.dispose]();
    assert.equal(started.code, 78);
    assert.match(started.stderr, /common one/);
    const body = JSON.stringify({
      email: 'plain@example.com',
      password_base64: base64('velvet anchor mosaic thunder'),
    });
    const issued = await fetch(`${service.url}/v4/auth-tokens/`, { method: 'POST', body });
    const { auth_token: token } = (await issued.json()) as { auth_token: string };
    const headers = { authorization: `giantswarm ${token}`, 'content-type': 'application/json' };
    for (const [path, method, request] of [
      ['users/new@example.com/', 'PUT', { password: base64(common), expiry: '2040-01-01T00:00:00Z' }],
      ['users/bcrypt@example.com/password/', 'POST', { new_password_base64: base64(common) }],
    ] as const) {
      const reply = await fetch(`${service.url}/v4/${path}`, {
        method,
        headers,
        body: JSON.stringify(request),
      });
      const { message } = (await reply.json()) as { message: string };
      assert.equal(reply.status, 400, path);
      assert.match(message, /common one/);
    }
  });
});

test('what is exported with hashes reads back the same, to the letter', async () => {
  using from = makeFolder();
  using to = makeFolder();
  const groups = ['a group', 'ünïcode'];
  const file = fileOf(from, [
    ...Array.from({ length: 150 }, (_, n) => ({
      email: `user${n}@example.com`,
      password_hash: Object.values(FOREIGN)[n % 4],
      created: new Date(1.5e12 + n * 12_345_678).toISOString(),
      ...(n % 3 === 0 ? { expiry: new Date(2e12 + n).toISOString(), groups } : { admin: n % 2 === 0 }),
      disabled: n % 5 === 0,
    })),
    { email: 'Ünï.Code@example.com', password: 'velvet anchor mosaic thunder' },
  ]);
  await offline(from, 'import', file);
  const first = await offline(from, 'export', '--with-hashes');
  assert.equal(first.stdout.split('\n').length, 152);
  writeFileSync(file, first.stdout);
  assert.equal((await offline(to, 'import', file)).stdout, '151 created, 0 skipped, 0 refused.\n');
  assert.equal((await offline(to, 'export', '--with-hashes')).stdout, first.stdout);
  const again = await offline(to, 'import', file);
  assert.deepEqual([again.code, again.stdout], [0, '0 created, 151 skipped, 0 refused.\n']);
  assert.match(again.stderr, /^line 1: skipped: there is an account user0@example.com already\.$/m);
});

test('without --with-hashes no hash is in it, and an import refuses it', async () => {
  using folder = makeFolder();
  await offline(
    folder,
    'import',
    fileOf(folder, [{ email: 'a@example.com', password_hash: FOREIGN.bcrypt }]),
  );
  const { stdout } = await offline(folder, 'export');
  assert.ok(!/hash|\$/.test(stdout), stdout);
  using other = makeFolder();
  const { code, stderr } = await offline(other, 'import', fileOf(other, [stdout]));
  assert.equal(code, 1);
  assert.match(stderr, /line 1: refused: There must be either a password_hash or a password/);
});

const GOOD = { email: 'good@example.com', password_hash: FOREIGN.bcrypt };
/** A line, and why it is refused. */
const REFUSED: readonly [object | string, RegExp][] = [
  ['{"email": "a@example.com", "password": "hunter2', /not one JSON object/],
  ['["hunter2"]', /not a JSON object/],
  ['null', /not a JSON object/],
  ['{} {}', /not one JSON object/],
  [
    '{"email":"a@example.com","email":"b@example.com","password_hash":"x"}',
    /not one JSON object with different keys/,
  ],
  ['{"__proto__":{"admin":true},"email":"a@example.com","password_hash":"x"}', /not one JSON object/],
  [{ ...GOOD, role: 'admin' }, /key 'role' is not known/],
  [{ ...GOOD, 'hunter2 is my password': 1 }, /A key is not known/],
  [{ email: 'a@example.com' }, /either a password_hash or a password/],
  [{ ...GOOD, password: 'velvet anchor mosaic thunder' }, /either a password_hash or a password/],
  [{ ...GOOD, email: 'nobody' }, /e-mail address is not valid/],
  [{ ...GOOD, email: 7 }, /'email' must be a text/],
  [{ ...GOOD, admin: 'true' }, /'admin' must be true or false/],
  [{ ...GOOD, disabled: 1 }, /'disabled' must be true or false/],
  [{ ...GOOD, expiry: 'tomorrow' }, /'expiry' must be an RFC 3339 time/],
  [{ ...GOOD, expiry: 1893456000 }, /'expiry' must be an RFC 3339 time/],
  [{ ...GOOD, created: '0001-01-01T00:00:00Z' }, /'created' must be an RFC 3339 time/],
  [{ ...GOOD, groups: 'ops' }, /'groups'/],
  [{ ...GOOD, groups: ['a,b'] }, /'groups'/],
  [{ ...GOOD, groups: ['system:masters'] }, /'groups'/],
  [
    { ...GOOD, password_hash: '$2b$14$abcdefghijklmnopqrstuuV91QMvTz3Qdvoi.KNP2/KHKEAmosNoe' },
    /cost may be 12 at most/,
  ],
  [{ ...GOOD, password_hash: FOREIGN.bcrypt.slice(0, -1) }, /damaged/],
  [{ ...GOOD, password_hash: '5f4dcc3b5aa765d61d8327deb882cf99' }, /damaged or of a kind that is not known/],
  [{ email: 'a@example.com', password: 'hunter2' }, /at least 15/],
  [{ email: 'a@example.com', password: 'passwordpassword' }, /common one/],
  [{ email: 'jane.doe@example.com', password: 'jane.doe.example' }, /e-mail address/],
  [{ email: 'a@example.com', password: `velvet\0anchor mosaic` }, /different keys and well-formed text/],
  [{ ...GOOD, groups: ['x'.repeat(70_000)] }, /longer than 65536 bytes/],
];

test('each line that can not be taken over is named with its reason, and keeps no other from it', async () => {
  using folder = makeFolder();
  const file = fileOf(folder, [...REFUSED.map(([line]) => line), GOOD]);
  const dry = await offline(folder, 'import', file, '--dry-run');
  assert.equal((await offline(folder, 'export')).stdout, '', 'a dry run changes nothing');
  const real = await offline(folder, 'import', file);
  for (const { code, stdout, stderr } of [dry, real]) {
    assert.equal(code, 1);
    assert.match(stdout, new RegExp(`^1 (would be )?created, 0 skipped, ${REFUSED.length} refused\\.$`, 'm'));
    const sentences = stderr.trimEnd().split('\n');
    for (const [n, [, reason]] of REFUSED.entries()) {
      assert.ok(sentences[n]?.startsWith(`line ${n + 1}: refused: `), sentences[n]);
      assert.match(sentences[n] ?? '', reason);
    }
    assert.equal(sentences.at(-1), `guardbee: ${REFUSED.length} of the lines were refused.`);
    for (const secret of SECRETS) assert.ok(!(stdout + stderr).includes(secret), secret);
  }
  assert.match((await offline(folder, 'export')).stdout, /^\{"email":"good@example.com"[^\n]*\n$/);
});

test('of two lines with one e-mail the first counts', async () => {
  using folder = makeFolder();
  const file = fileOf(folder, [
    { email: 'Twin@example.com', password: 'velvet anchor mosaic thunder' },
    { email: 'twin@example.com', password_hash: FOREIGN.bcrypt },
  ]);
  const { code, stdout, stderr } = await offline(folder, 'import', file);
  assert.deepEqual([code, stdout], [0, '1 created, 1 skipped, 0 refused.\n']);
  assert.match(stderr, /^line 2: skipped/);
  assert.match((await offline(folder, 'export')).stdout, /"Twin@example.com"/);
});

test('a file of any length is read with little memory', async () => {
  using folder = makeFolder();
  // 60 MB, with a heap that has 40.
  const line = `{"email":"${'x'.repeat(1000)}"}\n`;
  const file = fileOf(folder, [line.repeat(60_000)]);
  const { code, stdout } = await run(['users', 'import', file, '--offline', '--data-dir', folder.data], {
    env: { NODE_OPTIONS: '--max-old-space-size=40' },
  });
  assert.deepEqual([code, stdout], [1, '0 created, 0 skipped, 60000 refused.\n']);
});

test('over the network there is neither, and it is said', async () => {
  for (const args of [
    ['users', 'import', 'x.ndjson'],
    ['users', 'export'],
  ]) {
    const { code, stderr } = await run(args);
    assert.equal(code, 2);
    assert.match(stderr, /data directory of this machine only[\s\S]*--offline/);
  }
});
