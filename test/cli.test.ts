import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, suite, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import {
  ADMIN,
  cleanEnvironment,
  type Finished,
  GUARDBEE,
  type RunningService,
  run,
  serve,
  temporaryFolder,
} from './guardbee.ts';

const PHRASE = 'a phrase that is long enough';

suite('the command against a service', () => {
  const folder = temporaryFolder();
  const config = join(folder.path, 'config');
  let service: RunningService;
  let env: Record<string, string>;

  const guardbee = (line: string, input = ''): Promise<Finished> => run(line.split(' '), { env, input });
  async function ok(line: string, input?: string): Promise<string> {
    const { code, stdout, stderr } = await guardbee(line, input);
    assert.deepEqual([code, stderr], [0, ''], line);
    return stdout;
  }

  const keptToken = async (): Promise<string> => (await ok('token')).trim();

  before(async () => {
    service = await serve(join(folder.path, 'data'));
    env = { GUARDBEE_CONFIG_DIR: config, GUARDBEE_ENDPOINT: service.url };
  });
  beforeEach(() => ok(`login ${ADMIN.email} --password-stdin`, `${ADMIN.password}\n`));
  after(async () => {
    await service.stop();
    folder[Symbol.dispose]();
  });

  test('login keeps the token for the owner alone, whoami shows the user, logout forgets and ends it', async () => {
    assert.equal(statSync(config).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(config), ['credentials.json']);
    assert.equal(statSync(join(config, 'credentials.json')).mode & 0o777, 0o600);
    const token = await keptToken();
    assert.match(await ok('whoami'), new RegExp(`^email +${ADMIN.email}\nrole +administrator\n`));
    assert.equal(JSON.parse(await ok('whoami --json')).email, ADMIN.email);
    assert.equal(await ok('logout'), `Logged out at ${service.url}.\n`);
    const { code, stdout, stderr } = await guardbee('whoami');
    assert.deepEqual([code, stdout], [3, '']);
    assert.equal(stderr, `guardbee: You are not logged in at ${service.url}.\nTry: guardbee login EMAIL\n`);
    const dead = await run(['whoami'], { env: { ...env, GUARDBEE_TOKEN: token } });
    assert.equal(dead.code, 3);
    assert.match(dead.stderr, /\(request [0-9a-f-]{36}\)/);
    assert.ok(!dead.stderr.includes(token));
  });

  test('a login that fails leaves the session alone', async () => {
    const { code, stderr } = await guardbee(`login ${ADMIN.email} --password-stdin`, 'wrong\n');
    assert.equal(code, 3);
    assert.match(stderr, /^guardbee: The e-mail address or the password is wrong\. \(request /);
    assert.match(await ok('whoami'), /administrator/);
  });

  test('a session the service has ended already counts as logged out', async () => {
    const token = await keptToken();
    await run(['logout'], {
      env: { ...env, GUARDBEE_CONFIG_DIR: join(folder.path, 'other'), GUARDBEE_TOKEN: token },
    });
    assert.equal(await ok('logout'), `Logged out at ${service.url}.\n`);
  });

  test('logout forgets the token even when the service is away, and says that it could not be told', async () => {
    const dead = 'http://127.0.0.1:1';
    writeFileSync(
      join(config, 'credentials.json'),
      JSON.stringify({
        endpoints: { [dead]: { account: 'x@y', accounts: { 'x@y': { token: 'guardbee_x' } } } },
      }),
    );
    const { code, stderr } = await run(['logout', '-e', dead], { env });
    assert.equal(code, 4);
    assert.match(
      stderr,
      /forgotten here, but the service could not end it: http:\/\/127\.0\.0\.1:1 cannot be reached/,
    );
    const { endpoints } = JSON.parse(readFileSync(join(config, 'credentials.json'), 'utf8'));
    assert.deepEqual(endpoints[dead].accounts, {});
  });

  test('accounts are made, listed, shown, changed and deleted', async () => {
    assert.equal(
      await ok('users create jane@example.com --password-stdin --expiry 2099-01-01T00:00:00Z', PHRASE),
      'Created user jane@example.com.\n',
    );
    assert.equal(
      await ok('users create root@example.com --admin --password-stdin', PHRASE),
      'Created administrator root@example.com.\n',
    );
    const table = (await ok('users list --exact')).trimEnd().split('\n');
    assert.match(String(table[0]), /^EMAIL +ROLE +CREATED +EXPIRES$/);
    assert.match(
      String(table.find((line) => line.startsWith('jane'))),
      /^jane@example\.com +user +\S+ +2099-01-01T00:00:00Z$/,
    );
    assert.equal(JSON.parse(await ok('users list --json')).length, 3);
    assert.match(await ok('users show JANE@example.com'), /^email +jane@example\.com\n/);
    await ok('users set-expiry jane@example.com never');
    assert.equal(JSON.parse(await ok('users show jane@example.com --json')).expiry, '0001-01-01T00:00:00Z');
    await ok('users set-groups jane@example.com ops dev');
    assert.deepEqual(JSON.parse(await ok('users show jane@example.com --json')).groups, ['dev', 'ops']);
    assert.match(
      await ok('users disable jane@example.com'),
      /^Disabled jane@example\.com and ended all tokens/,
    );
    assert.match(await ok('users show jane@example.com'), /^role +user, disabled$/m);
    await ok('users enable jane@example.com');
    await ok('users set-role jane@example.com administrator');
    assert.match(await ok('users show jane@example.com'), /^role +administrator$/m);
    await ok('users set-role jane@example.com user');
    await ok('users set-password jane@example.com --password-stdin', 'another long enough phrase');
    await ok('login jane@example.com --password-stdin', 'another long enough phrase');
    const denied = await guardbee('users list');
    assert.equal(denied.code, 3);
    assert.match(denied.stderr, /Try: guardbee login EMAIL, as somebody who may do this/);
    await ok(`login ${ADMIN.email} --password-stdin`, ADMIN.password);
    for (const email of ['jane@example.com', 'root@example.com']) await ok(`users delete ${email}`);
    const gone = await guardbee('users show jane@example.com');
    assert.deepEqual([gone.code, gone.stdout], [1, '']);
    assert.match(gone.stderr, /could not be found/);
  });

  test('offline, the same accounts, without a login, also while the service runs', async () => {
    const offline = `--offline --data-dir ${join(folder.path, 'data')}`;
    await ok(`users create offline@example.com --password-stdin ${offline}`, PHRASE);
    assert.match(await ok('users list'), /offline@example\.com/);
    await ok(
      `users set-password ${ADMIN.email} --password-stdin ${offline}`,
      'a new phrase for the administrator',
    );
    assert.equal((await guardbee('whoami')).code, 3, 'the reset has ended the session');
    await ok(`users set-password ${ADMIN.email} --password-stdin ${offline}`, ADMIN.password);
    await ok(`users disable offline@example.com ${offline}`);
    await ok(`users set-groups offline@example.com ops ${offline}`);
    assert.match(
      await ok(`users show offline@example.com ${offline}`),
      /^role +user, disabled\ngroups +ops$/m,
    );
    const last = await guardbee(`users delete ${ADMIN.email} ${offline}`);
    assert.equal(last.code, 1);
    assert.match(last.stderr, /must be an administrator left/);
    await ok(`users delete offline@example.com ${offline}`);
  });

  test('tokens are made, listed, explained and ended', async () => {
    const made = await guardbee(
      `tokens create ${ADMIN.email} --name build --scope orders:read orders:write --password-stdin`,
      ADMIN.password,
    );
    assert.equal(made.code, 0);
    assert.match(made.stdout, /^guardbee_[A-Za-z0-9_-]{49}\n$/, 'stdout is the token alone, for scripts');
    const id = /^Token (\w{16}), expires never/.exec(made.stderr)?.[1] ?? '';
    const list = (await ok('tokens list')).trimEnd().split('\n');
    assert.match(String(list[0]), /^ID +NAME +CREATED +EXPIRES +LAST USED +FOR +SCOPES$/);
    assert.equal(list.filter((line) => / \* /.test(line)).length, 1, 'one is this session');
    assert.match(
      String(list.find((line) => line.startsWith(id))),
      / build .* never .* orders:read orders:write$/,
    );
    assert.match(await ok(`tokens show ${id}`), new RegExp(`^id +${id}\nname +build\n`));
    assert.equal(await ok(`tokens why ${id}`), `Token ${id} is alive.\n`);
    assert.equal(await ok(`tokens revoke ${id}`), `Ended ${id}.\n`);
    assert.match(
      await ok(`tokens why ${id} --exact`),
      new RegExp(
        `^Token ${id} ended \\S+: it was revoked\\.\ncause +revoked\nby +user \\w{16}\nrequest +\\S+\n$`,
      ),
    );
    assert.equal(JSON.parse(await ok(`tokens why ${id} --json`)).cause, 'revoked');
    await ok(`tokens create ${ADMIN.email} --json --password-stdin`, ADMIN.password);
    const { count } = JSON.parse(await ok('tokens revoke --all-others --json'));
    assert.ok(count >= 1);
    assert.equal(JSON.parse(await ok('tokens list --json')).length, 1);
    assert.equal((await guardbee('tokens revoke')).code, 2);
    assert.equal((await guardbee('tokens why 0000000000000000')).code, 1);
  });

  test('a policy is planned before it is set, and nothing ends by it', async () => {
    for (let count = 0; count < 3; count++) {
      await ok(`tokens create ${ADMIN.email} --name plan${count} --json --password-stdin`, ADMIN.password);
    }
    const plan = `policy plan --data-dir ${join(folder.path, 'data')}`;
    const before = JSON.parse(await ok('tokens list --json')).length;
    const { living, ends } = JSON.parse(await ok(`${plan} --tokens-per-user 1 --json`));
    assert.equal(living, before);
    assert.equal(ends.length, before - 1);
    assert.ok(ends.every(({ cause }: { cause: string }) => cause === 'limit'));
    // The youngest of them must be over a second old by then.
    await wait(1_100);
    assert.match(
      await ok(`${plan} --max-age 1s`),
      new RegExp(`policy .*\\n\\n${before} of ${before} living tokens would end\\.`, 's'),
    );
    assert.equal(
      await ok(`${plan} --max-age 30d --idle-timeout 1d`),
      `0 of ${before} living tokens would end.\n`,
    );
    assert.equal((await guardbee(plan)).code, 2);
    assert.equal((await guardbee(`${plan} --max-age soon`)).code, 78);
    assert.equal(JSON.parse(await ok('tokens list --json')).length, before);
    await ok('tokens revoke --all-others');
  });

  test('a password never comes from the arguments, and without a terminal nobody is asked', async () => {
    const { code, stderr } = await guardbee(`login ${ADMIN.email}`);
    assert.equal(code, 2);
    assert.equal(
      stderr,
      'guardbee: There is no terminal to ask for the password.\nTry: Use --password-stdin or --password-file.\n',
    );
    assert.equal((await guardbee(`login ${ADMIN.email} --password secret`)).code, 2);
    const file = join(folder.path, 'password');
    writeFileSync(file, `${ADMIN.password}\n`, { mode: 0o600 });
    await ok(`login ${ADMIN.email} --password-file ${file}`);
  });

  test('wrong usage is 2, an unreachable service 4, a refused new password 1 with the reason', async () => {
    for (const line of [
      'nonsense',
      'users',
      'users show',
      'login',
      'whoami --nonsense',
      'users list --data-dir x',
      'users set-expiry a@example.com tomorrow',
      'tokens create a@example.com --expiry tomorrow',
      'tokens create a@example.com --scope "',
      'tokens create a@example.com --name \x07',
      'whoami -e http://a:b@c',
    ]) {
      const { code, stdout } = await guardbee(line);
      assert.deepEqual([code, stdout], [2, ''], line);
    }
    const away = await run(['whoami', '-e', 'http://127.0.0.1:1'], { env: { ...env, GUARDBEE_TOKEN: 'x' } });
    assert.equal(away.code, 4);
    assert.match(away.stderr, /^guardbee: http:\/\/127\.0\.0\.1:1 cannot be reached: /);
    const short = await guardbee('users create weak@example.com --password-stdin', 'short');
    assert.equal(short.code, 1);
    assert.match(short.stderr, /at least 15 characters/);
  });

  test('help and version go to stdout and are no errors', async () => {
    assert.match(await ok('--help'), /Start here:[\s\S]*Exit codes:/);
    assert.match(await ok('users create --help'), /--password-stdin/);
    assert.match(await ok('version'), /^\d+\.\d+\.\d+\n$/);
    assert.equal(JSON.parse(await ok('version --json')).version, (await ok('--version')).trim());
  });

  test('at a terminal the password is asked for, and nothing of it is shown', async () => {
    // script(1) gives the command a terminal of its own.
    const child = spawn(
      'script',
      ['-qec', `${process.execPath} ${GUARDBEE} login ${ADMIN.email}`, '/dev/null'],
      {
        env: { ...cleanEnvironment(), ...env, TERM: 'xterm' },
      },
    );
    let screen = '';
    const prompted = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        screen += chunk;
        if (screen.includes('Password of')) resolve();
      });
    });
    await prompted;
    child.stdin.write(`${ADMIN.password}\r`);
    const [code] = await once(child, 'close');
    assert.equal(code, 0, screen);
    assert.match(screen, /Logged in as/);
    assert.ok(!screen.includes(ADMIN.password));
    assert.ok(!screen.includes('guardbee_'));
  });

  test('no secret stands in the arguments of a running command', async () => {
    const seen: string[] = [];
    const work = ok('users create argv@example.com --password-stdin', PHRASE);
    for (let look = 0; look < 20; look++) {
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        try {
          seen.push(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
        } catch {}
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await work;
    await ok('users delete argv@example.com');
    assert.ok(seen.some((line) => line.includes('argv@example.com')));
    for (const line of seen) assert.ok(!line.includes(PHRASE) && !/guardbee_[A-Za-z0-9_-]{49}/.test(line));
  });
});
