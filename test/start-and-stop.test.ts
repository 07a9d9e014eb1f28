import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { ApiClient, AuthTokensApi, UsersApi } from 'giantswarm';
import { ADMIN, base64, cleanEnvironment, GUARDBEE, run, serve, temporaryFolder } from './guardbee.ts';

async function login(url: string, { email, password } = ADMIN): Promise<string> {
  const client = new ApiClient();
  client.basePath = url;
  const { auth_token } = await new AuthTokensApi(client).createAuthToken({
    email,
    password_base64: base64(password),
  });
  return `giantswarm ${auth_token}`;
}

function users(url: string): UsersApi {
  const client = new ApiClient();
  client.basePath = url;
  return new UsersApi(client);
}

test('the first start shows a generated password once; the lines it prints work; a second start keeps everything', async () => {
  using folder = temporaryFolder();
  const data = join(folder.path, 'data');
  const env = { GUARDBEE_ADMIN_EMAIL: '', GUARDBEE_ADMIN_PASSWORD: '' };
  const first = await serve(data, env);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const password = /password {2}(\S+)/.exec(first.stdout())?.[1] ?? '';
  assert.match(password, /^[a-z0-9]{5}(-[a-z0-9]{5}){3}$/);
  assert.ok(!first.stderr().includes(password), 'not in the log');

  const session = { GUARDBEE_CONFIG_DIR: join(folder.path, 'config') };
  const lines = [...first.stdout().matchAll(/^ {2}npx guardbee (.*)$/gm)].map((match) =>
    String(match[1]).split(' '),
  );
  assert.deepEqual(
    lines.map(([command]) => command),
    ['login', 'whoami', 'logout'],
  );
  const [loginLine = [], whoamiLine = [], logoutLine = []] = lines;
  assert.equal(
    (await run([...loginLine, '--password-stdin'], { env: session, input: `${password}\n` })).code,
    0,
  );
  assert.match(
    (await run(whoamiLine, { env: session })).stdout,
    /^email +admin@localhost\nrole +administrator\n/,
  );
  assert.equal((await run(logoutLine, { env: session })).code, 0);
  assert.equal((await run(whoamiLine, { env: session })).code, 3);

  const token = await login(first.url, { email: 'admin@localhost', password });
  assert.equal(await first.stop(), 0);
  const second = await serve(data, env);
  assert.doesNotMatch(second.stdout(), /password/);
  assert.equal((await users(second.url).getCurrentUser(token)).email, 'admin@localhost');
  assert.equal(await second.stop('SIGINT'), 0);
});

test('a password that was generated is shown also where the start then fails', async () => {
  using folder = temporaryFolder();
  const taken = createServer();
  await once(taken.listen(0, '127.0.0.1'), 'listening');
  const { port } = taken.address() as AddressInfo;
  const failed = await run(['serve', '--listen', `127.0.0.1:${port}`, '--data-dir', folder.path]);
  taken.close();
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /EADDRINUSE/);
  const password = /password {2}(\S+)/.exec(failed.stdout)?.[1] ?? '';
  const service = await serve(folder.path, { GUARDBEE_ADMIN_EMAIL: '', GUARDBEE_ADMIN_PASSWORD: '' });
  assert.match(await login(service.url, { email: 'admin@localhost', password }), /^giantswarm guardbee_/);
  await service.stop();
});

for (const [how, command] of [
  ['npx', ['npx', 'guardbee', 'serve']],
  ['npm start', ['npm', 'start', '--']],
] as const) {
  test(`a signal to ${how} alone stops the service in order`, async () => {
    using folder = temporaryFolder();
    const [file, ...args] = command;
    const child = spawn(file, [...args, '--listen', '127.0.0.1:0', '--data-dir', folder.path], {
      cwd: join(import.meta.dirname, '..'),
      env: cleanEnvironment(),
    });
    let output = '';
    const printed = (text: RegExp): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => void (text.test(output) && resolve());
        for (const stream of [child.stdout, child.stderr]) stream.on('data', look);
        look();
      });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
      });
    await printed(/Guardbee listens on/);
    child.kill('SIGTERM');
    await printed(/"msg":"stopped"/);
    // Nothing of it holds the folder any more.
    await (await serve(folder.path)).stop();
  });
}

test('with a password alone the first administrator has the e-mail that the table of settings names', async () => {
  using folder = temporaryFolder();
  const service = await serve(folder.path, { GUARDBEE_ADMIN_EMAIL: '' });
  const token = await login(service.url, { email: 'admin@localhost', password: ADMIN.password });
  assert.equal((await users(service.url).getCurrentUser(token)).email, 'admin@localhost');
  assert.equal(await service.stop(), 0);
  assert.match(service.stdout(), /e-mail {4}admin@localhost\n/);
  assert.doesNotMatch(service.stdout(), /password {2}/);
});

test('two first starts at once make one administrator, and the second one is refused the folder', async () => {
  using folder = temporaryFolder();
  const results = await Promise.allSettled([serve(folder.path), serve(folder.path)]);
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  assert.equal(started.length, 1);
  const refused = results.find((result) => result.status === 'rejected') as PromiseRejectedResult;
  assert.match(String(refused.reason), /ended with 1: .*in use by another Guardbee server/s);
  const [service] = started;
  assert.ok(service);
  const token = await login(service.url);
  assert.equal((await users(service.url).getUsers(token)).length, 1);
  await service.stop();
});

test('a service goes on when nobody reads what it prints any more', async () => {
  using folder = temporaryFolder();
  const service = await serve(folder.path);
  service.process.stdout?.destroy();
  service.process.stderr?.destroy();
  for (let count = 0; count < 20; count++) await login(service.url);
  assert.equal((await fetch(`${service.url}/healthz`)).status, 200);
  assert.equal(await service.stop(), 0);
});

test('files are for the owner alone', async () => {
  using folder = temporaryFolder();
  const data = join(folder.path, 'data');
  const service = await serve(data);
  for (const [path, mode] of [
    ['', 0o700],
    ['keys', 0o700],
    ['keys/digest-keys', 0o600],
    ['guardbee.db', 0o600],
    ['guardbee.db-wal', 0o600],
    ['guardbee.lock', 0o600],
  ] as const) {
    assert.equal(statSync(join(data, path)).mode & 0o777, mode, path);
  }
  await service.stop();
});

test('a wrong setting ends the start with 78 and a sentence', async () => {
  const listen = await run(['serve', '--listen', 'nonsense']);
  assert.equal(listen.code, 78);
  assert.equal(
    listen.stderr,
    'guardbee: GUARDBEE_LISTEN (--listen) cannot be "nonsense": allowed is host:port, the port 0–65535, an IPv6 host in brackets.\n',
  );
});

test('what config check would not take ends the start with 78 too, before anything is made', async () => {
  using folder = temporaryFolder();
  const data = join(folder.path, 'data');
  const secret = 'hunter2';
  for (const [key, value, reason] of [
    [
      'GUARDBEE_DATABASE_URL',
      `postgres://u:${secret}@127.0.0.1:xx/d`,
      /"postgres:\/\/u:\(hidden\)@127\.0\.0\.1:xx\/d"/,
    ],
    [
      'GUARDBEE_DATABASE_URL',
      `postgres://u:${secret}@127.0.0.1/d?sslmode=foo`,
      /sslmode is disable, require/,
    ],
    ['GUARDBEE_DIGEST_KEYS', `k1:${secret}`, /"k1" is not the padded base64 of 32 bytes/],
    ['GUARDBEE_ADMIN_EMAIL', 'notmail', /"notmail": allowed is an e-mail address/],
    ['GUARDBEE_ADMIN_PASSWORD', secret, /15 characters or more/],
  ] as const) {
    const env = { GUARDBEE_ADMIN_EMAIL: 'a@example.com', [key]: value };
    for (const command of ['serve', 'config check']) {
      const { code, stdout, stderr } = await run([...command.split(' '), '--data-dir', data], { env });
      assert.deepEqual([code, stdout], [78, ''], `${command}: ${stderr}`);
      assert.ok(stderr.startsWith(`guardbee: ${key} `), stderr);
      assert.match(stderr, reason);
      assert.ok(!stderr.includes(secret), stderr);
    }
  }
  assert.ok(!existsSync(data));
});

test('a service with other digest keys than the database, or a damaged file, says so and does not start', async () => {
  using folder = temporaryFolder();
  const service = await serve(folder.path);
  await login(service.url);
  await service.stop();
  const file = join(folder.path, 'keys/digest-keys');
  const right = readFileSync(file, 'utf8');
  const before = readFileSync(join(folder.path, 'guardbee.db'));
  for (const [wrong, reason] of [
    [
      `k1:${Buffer.alloc(32).toString('base64')}\n`,
      /digest key "k1" is not the one this database was written with/,
    ],
    [
      `k2:${Buffer.alloc(32).toString('base64')}\n`,
      /tokens made with digest key "k1", which is missing here/,
    ],
    ['nonsense', /kid:base64/],
  ] as const) {
    writeFileSync(file, wrong);
    await assert.rejects(serve(folder.path), reason);
    // A command at the machine would sign with it; with one that is merely new, whoever has lost the old one can go on.
    const list = await run(['users', 'list', '--offline', '--data-dir', folder.path]);
    assert.equal(list.code, wrong.startsWith('k2') ? 0 : 1, list.stderr);
    if (list.code !== 0) assert.match(list.stderr, reason);
  }
  writeFileSync(file, right);
  assert.deepEqual(readFileSync(join(folder.path, 'guardbee.db')).subarray(0, 100), before.subarray(0, 100));
  writeFileSync(join(folder.path, 'guardbee.db'), 'this is no database, and must stay as it is');
  await assert.rejects(
    serve(folder.path),
    /ended with 1: guardbee: The service cannot start: .*guardbee\.db/s,
  );
  assert.equal(
    readFileSync(join(folder.path, 'guardbee.db'), 'utf8'),
    'this is no database, and must stay as it is',
  );
});

test('without the keys that an existing database needs nothing starts, and none are made', async () => {
  using folder = temporaryFolder();
  const service = await serve(folder.path);
  const token = await login(service.url);
  await service.stop();
  const [keys, aside] = [join(folder.path, 'keys'), join(folder.path, 'aside')];
  renameSync(keys, aside);
  const data = ['--data-dir', folder.path];
  for (const command of [
    ['serve', '--listen', '127.0.0.1:0'],
    ['users', 'list', '--offline'],
  ]) {
    const { code, stdout, stderr } = await run([...command, ...data]);
    assert.deepEqual([code, stdout], [1, ''], stderr);
    assert.ok(stderr.includes(`there is no file ${join(keys, 'digest-keys')}, but a database`), stderr);
    assert.doesNotMatch(stderr, /made a digest key/);
    assert.ok(!existsSync(keys));
  }
  renameSync(aside, keys);
  const again = await serve(folder.path);
  assert.equal((await users(again.url).getCurrentUser(token)).email, ADMIN.email);
  assert.equal(await again.stop(), 0);
});

test('keys that others can read are warned of', async () => {
  using folder = temporaryFolder();
  const first = await serve(folder.path);
  await first.stop();
  chmodSync(join(folder.path, 'keys/digest-keys'), 0o644);
  const second = await serve(folder.path);
  await second.stop();
  assert.match(second.stderr(), /"level":"warn".*others than its owner can read the digest keys/);
});

test('a warning of Node itself is a line of the log like any other', async () => {
  using folder = temporaryFolder();
  const warn = "setInterval(() => process.emitWarning('made up', 'SomeWarning'), 50).unref()";
  const preload = `data:text/javascript,${encodeURIComponent(warn)}`;
  const service = await serve(folder.path, { NODE_OPTIONS: `--import=${preload}` });
  while (!service.stderr().includes('made up')) await wait(20);
  await service.stop();
  const lines = service.stderr().trimEnd().split('\n');
  const of = lines.find((line) => line.includes('made up')) ?? '';
  const { level, name, msg } = JSON.parse(of);
  assert.deepEqual({ level, name, msg }, { level: 'warn', name: 'SomeWarning', msg: 'made up' });
});

test('a request in flight when the service is told to stop gets its answer, and the port is free afterwards', async () => {
  using folder = temporaryFolder();
  const service = await serve(folder.path);
  const logins = Array.from({ length: 10 }, () => login(service.url));
  await new Promise((resolve) => setTimeout(resolve, 60));
  const [code, ...tokens] = await Promise.all([service.stop(), ...logins]);
  assert.equal(code, 0);
  for (const token of tokens) assert.match(String(token), /^giantswarm guardbee_/);
  await assert.rejects(login(service.url), { code: 'ECONNREFUSED' });
});

test('readiness turns 503 as soon as the service is told to stop, while it still answers', async () => {
  using folder = temporaryFolder();
  const service = await serve(folder.path);
  assert.equal((await fetch(`${service.url}/readyz`)).status, 200);
  const stopped = service.stop();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const reply = await fetch(`${service.url}/readyz`);
  assert.equal(reply.status, 503);
  assert.equal(reply.headers.get('connection'), 'close');
  assert.equal(reply.headers.get('retry-after'), '1');
  assert.equal(await stopped, 0);
});

test('a SIGHUP while it starts does not end it', async () => {
  using folder = temporaryFolder();
  // A database that takes connections and says nothing.
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const url = `postgres://guardbee@127.0.0.1:${(silent.address() as AddressInfo).port}/guardbee`;
  const child = spawn(
    process.execPath,
    [GUARDBEE, 'serve', '--data-dir', folder.path, '--database-url', url],
    {
      env: cleanEnvironment(),
      stdio: 'ignore',
    },
  );
  const [connection] = (await once(silent, 'connection')) as [Socket];
  child.kill('SIGHUP');
  const [code, signal] = await once(child, 'close');
  assert.deepEqual([code, signal], [1, null], 'it ended because of the database');
  connection.destroy();
  silent.close();
});

test('on SIGHUP the log level is read anew from the file, and a file that cannot be used changes nothing', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'guardbee.yaml');
  writeFileSync(file, 'log_level: info\n');
  const service = await serve(join(folder.path, 'data'), {}, ['--config', file]);
  const isLogged = async (id: string): Promise<boolean> => {
    await fetch(`${service.url}/v4/user/`, { headers: { 'X-Request-ID': id } });
    // What comes later in the same log has come through: the lines are written in their order.
    await new Promise((resolve) => setTimeout(resolve, 300));
    return service.stderr().includes(id);
  };
  assert.ok(await isLogged('before'));
  writeFileSync(file, 'log_level: loud\n');
  service.process.kill('SIGHUP');
  while (!service.stderr().includes('nothing has changed')) await new Promise((r) => setTimeout(r, 20));
  assert.ok(await isLogged('still'));
  writeFileSync(file, 'log_level: error\n');
  service.process.kill('SIGHUP');
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.ok(!(await isLogged('after')));
  assert.equal(await service.stop(), 0);
});
