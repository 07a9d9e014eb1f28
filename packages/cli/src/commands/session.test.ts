import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { readCredentials } from '../credentials.ts';
import { type FakeIo, fakeIo, finish } from '../fake-io.test-support.ts';
import { type FakeService, fakeService, type SeenRequest } from '../fake-service.test-support.ts';
import { listEndpoints, removeEndpoint, selectEndpoint } from './endpoints.ts';
import { importEndpoints } from './endpoints-import.ts';
import { showInfo } from './info.ts';
import { login } from './login.ts';
import { logout } from './logout.ts';
import { ping } from './ping.ts';
import { printToken } from './token.ts';

const created = '2030-01-01T00:00:00Z';
const tokenOf = ({ headers }: SeenRequest) => headers.authorization?.replace('giantswarm ', '');

/** A service that logs everybody in whose password is `right`, and a folder for what is kept. */
async function world(t: TestContext, name = 'hive') {
  const folder = mkdtempSync(join(tmpdir(), 'guardbee-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const ended: (string | undefined)[] = [];
  let logins = 0;
  let refuses = false;
  let ending: { status?: number; body: object } = { body: { code: 'RESOURCE_DELETED', message: 'm' } };
  const service = await fakeService(t, {
    'GET /': { body: { name: 'guardbee' } },
    'POST /v4/auth-tokens/': () =>
      refuses
        ? { status: 401, body: { code: 'INVALID_CREDENTIALS', message: 'Wrong.' } }
        : { body: { auth_token: `token-${++logins}` } },
    'DELETE /v4/auth-tokens/': (request) => {
      ended.push(tokenOf(request));
      return refuses ? { status: 503, body: { code: 'NOT_YET_AVAILABLE', message: 'Away.' } } : ending;
    },
    'GET /v4/user/': { body: { email: 'a@x.de', created, expiry: created, admin: true } },
    'GET /v4/info/': { body: { general: { installation_name: name, provider: 'guardbee' }, workers: {} } },
  });
  const io = (env: Record<string, string> = {}, answers?: string[]) =>
    fakeIo({ env: { GUARDBEE_CONFIG_DIR: folder, ...env }, stdin: 'right', ...(answers ? { answers } : {}) });
  const enter = (email: string | undefined, at: FakeIo = io(), url = service.url) =>
    finish(at, login({ email, endpoint: url, ...(at.interactive ? {} : { passwordStdin: true }) }, at));
  return {
    folder,
    service,
    ended,
    io,
    enter,
    kept: () => readCredentials(folder),
    refuse: (now: boolean) => {
      refuses = now;
    },
    answerEnding: (status: number, code: string, message: string) => {
      ending = { status, body: { code, message } };
    },
  };
}

const run = <O>(at: FakeIo, command: (options: O, io: FakeIo) => Promise<void>, options: O) =>
  finish(at, command(options, at));

suite('login', () => {
  test('accounts stand side by side; the last one is in use; the alias is the installation’s name', async (t) => {
    const { enter, kept, service, folder } = await world(t);
    assert.equal((await enter('a@x.de')).out, `Logged in as a@x.de at ${service.url}.\n`);
    await enter('b@x.de');
    await enter('A@x.de');
    assert.deepEqual(kept(), {
      selected: service.url,
      endpoints: {
        [service.url]: {
          alias: 'hive',
          account: 'A@x.de',
          accounts: {
            'b@x.de': { token: 'token-2', admin: true },
            'A@x.de': { token: 'token-3', admin: true },
          },
        },
      },
    });
    const other = await world(t);
    const at = fakeIo({ env: { GUARDBEE_CONFIG_DIR: folder }, stdin: 'right' });
    await enter('c@x.de', at, other.service.url);
    assert.equal(kept().endpoints[other.service.url]?.alias, undefined, 'the name is taken');
  });

  test('the token that is replaced is ended, whatever the case of the e-mail; that it can’t be is said', async (t) => {
    const { enter, ended, service, kept, answerEnding } = await world(t);
    await enter('a@x.de');
    await enter('b@x.de');
    assert.deepEqual(ended, []);
    assert.deepEqual(await enter('A@x.de'), {
      code: 0,
      out: `Logged in as A@x.de at ${service.url}.\n`,
      err: '',
    });
    assert.deepEqual(ended, ['token-1']);
    answerEnding(503, 'NOT_YET_AVAILABLE', 'Away.');
    const { code, err } = await enter('a@x.de');
    assert.equal(code, 0);
    assert.match(err, /^The token that was kept here before could not be ended, .*: Away\. /);
    assert.equal(kept().endpoints[service.url]?.accounts['a@x.de']?.token, 'token-4');
    answerEnding(401, 'PERMISSION_DENIED', 'No.');
    assert.equal((await enter('a@x.de')).err, '', 'it had ended before');
  });

  test('where the token could not be kept, none is made', async (t) => {
    const { folder, io, enter, service } = await world(t);
    const config = join(folder, 'config');
    symlinkSync(join(folder, 'no/such'), config);
    const { code, err } = await enter('a@x.de', io({ GUARDBEE_CONFIG_DIR: config }));
    assert.equal(code, 1);
    assert.match(err, /^guardbee: Cannot write \S+credentials\.json: /);
    assert.deepEqual(service.requests, []);
  });

  test('one that fails changes nothing', async (t) => {
    const { enter, kept, refuse } = await world(t);
    await enter('a@x.de');
    const before = kept();
    refuse(true);
    const { code, err } = await enter('b@x.de');
    assert.equal(code, 3);
    assert.match(err, /^guardbee: Wrong\. \(request /);
    assert.deepEqual(kept(), before);
  });

  test('at somebody else’s server it says that it is no Guardbee, and keeps nothing', async (t) => {
    const { enter, kept, io } = await world(t);
    for (const [answer, what] of [
      [{ body: '<h1>Hi</h1>', type: 'text/html' }, '200 with text/html'],
      [{ status: 302, body: '', headers: { Location: '/x' } }, '302 with application/json that leads to /x'],
      [{ body: '{' }, 'with broken JSON'],
      [{ body: {} }, 'without a token'],
    ] as const) {
      const { url } = await fakeService(t, { 'POST /v4/auth-tokens/': answer });
      const { code, out, err } = await enter('a@x.de', io(), url);
      assert.deepEqual([code, out], [4, '']);
      assert.ok(err.includes(`${url} answers, but not as Guardbee does: ${what}`), err);
      assert.doesNotMatch(err, /basePath/);
    }
    assert.deepEqual(kept().endpoints, {});
  });

  test('at a terminal the e-mail is asked for, elsewhere nobody is', async (t) => {
    const { enter, io, kept, service } = await world(t);
    const at = io({}, ['a@x.de', 'right']);
    assert.equal((await enter(undefined, at)).code, 0);
    assert.deepEqual(at.asked, ['E-mail', `Password of a@x.de at ${service.url}`]);
    assert.equal(kept().endpoints[service.url]?.account, 'a@x.de');
    assert.equal((await enter(undefined)).code, 2);
  });

  test('whoever is about to send a password in the open is told', async (t) => {
    const { io } = await world(t);
    const at = io({}, []);
    const { err } = await run(at, login, { email: 'a@x.de', endpoint: 'http://192.0.2.1' });
    assert.match(err, /^Careful: http:\/\/192\.0\.2\.1 is not encrypted/);
  });
});

suite('which endpoint, which token', () => {
  test('flag before environment before what is kept', async (t) => {
    const { enter, io, service } = await world(t);
    await enter('a@x.de');
    await enter('b@x.de');
    const token = async (env: Record<string, string>, options: object = {}) =>
      (await run(io(env), printToken, options)).out.trim();
    assert.equal(await token({}), 'token-2');
    assert.equal(await token({}, { account: 'A@X.DE' }), 'token-1');
    assert.equal(await token({ GSCTL_AUTH_TOKEN: 'g' }), 'g');
    assert.equal(await token({ GSCTL_AUTH_TOKEN: 'g', GUARDBEE_TOKEN: 'e' }), 'e');
    assert.equal(await token({ GUARDBEE_TOKEN: 'e' }, { account: 'a@x.de' }), 'token-1');
    assert.equal(await token({}, { header: true }), 'Authorization: giantswarm token-2');
    const endpoint = async (env: Record<string, string>, options: object = {}) =>
      JSON.parse((await run(io({ GUARDBEE_TOKEN: 'e', ...env }), printToken, { ...options, json: true })).out)
        .endpoint;
    assert.equal(await endpoint({}), service.url);
    assert.equal(
      await endpoint({ GSCTL_ENDPOINT: 'https://gsctl.example.com/' }),
      'https://gsctl.example.com',
    );
    assert.equal(
      await endpoint({ GSCTL_ENDPOINT: 'https://g', GUARDBEE_ENDPOINT: 'https://e' }),
      'https://e',
    );
    assert.equal(await endpoint({ GUARDBEE_ENDPOINT: 'https://e' }, { endpoint: 'hive' }), service.url);
    assert.equal(await endpoint({}, { endpoint: 'f.example.com' }), 'https://f.example.com');
    const nobody = await run(io(), printToken, { account: 'c@x.de' });
    assert.deepEqual([nobody.code, nobody.out], [3, '']);
    assert.match(nobody.err, /You are not logged in at \S+ as c@x\.de\.\nTry: guardbee login c@x\.de/);
  });

  test('every call has an id, names what it is for, and says which command asks, unless it must not', async (t) => {
    const { io, service } = await world(t);
    const env = { GUARDBEE_TOKEN: 'e', GUARDBEE_ENDPOINT: service.url };
    for (const quiet of ['', '0', '1']) {
      const at = io({ ...env, GUARDBEE_NO_CMDLINE: quiet });
      at.invocation = { commandLine: 'guardbee info', userAgent: 'guardbee/1' };
      await run(at, showInfo, {});
      const headers = service.requests.at(-1)?.headers ?? {};
      assert.match(String(headers['x-request-id']), /^[0-9a-f-]{36}$/);
      assert.equal(headers['x-giant-swarm-activity'], 'info');
      assert.equal(headers['user-agent'], 'guardbee/1');
      assert.equal(headers['x-giant-swarm-cmdline'], quiet === '1' ? undefined : 'guardbee info');
    }
  });
});

suite('logout', () => {
  test('one session ends, the others stay, and nobody else takes its place', async (t) => {
    const { enter, io, kept, ended, service } = await world(t);
    await enter('a@x.de');
    await enter('b@x.de');
    assert.equal((await run(io(), logout, {})).out, `Logged out at ${service.url}.\n`);
    assert.deepEqual(ended, ['token-2']);
    assert.deepEqual(Object.keys(kept().endpoints[service.url]?.accounts ?? {}), ['a@x.de']);
    assert.equal((await run(io(), printToken, {})).code, 3);
  });

  test('all of them, everywhere or at one endpoint, and forgotten here whatever the service says', async (t) => {
    const one = await world(t);
    const two = await world(t, 'nest');
    await one.enter('a@x.de');
    await one.enter('b@x.de');
    await one.enter('c@x.de', one.io(), two.service.url);
    assert.equal((await run(one.io(), logout, { all: true, endpoint: 'nest' })).out, 'Ended 1 session.\n');
    assert.deepEqual([one.ended, two.ended], [[], ['token-1']]);
    one.refuse(true);
    const { code, out, err } = await run(one.io(), logout, { all: true, json: true });
    assert.equal(code, 4);
    assert.deepEqual(JSON.parse(out), { count: 0, untold: [one.service.url, one.service.url] });
    assert.match(err, /forgotten here, but the service could not end it: Away\./);
    assert.ok(
      Object.values(one.kept().endpoints).every(({ accounts }) => Object.keys(accounts).length === 0),
    );
  });
});

suite('endpoints', () => {
  test('they are listed without tokens, chosen by alias or address, and forgotten', async (t) => {
    const one = await world(t);
    const two = await world(t, 'nest');
    const empty = await run(one.io(), listEndpoints, {});
    assert.deepEqual([empty.code, empty.out], [0, '']);
    await one.enter('a@x.de');
    await one.enter('b@x.de');
    await one.enter('c@x.de', one.io(), two.service.url);
    const { out } = await run(one.io(), listEndpoints, {});
    assert.ok(!out.includes('token-'));
    const rows = out.trimEnd().split('\n');
    assert.match(String(rows[0]), /^ +ALIAS +ENDPOINT +ACCOUNT +OTHERS$/);
    assert.match(String(rows[1]), /^ +hive +http\S+ +b@x\.de +a@x\.de$/);
    assert.match(String(rows[2]), /^\* +nest +http\S+ +c@x\.de$/);
    await run(one.io(), selectEndpoint, { endpoint: 'hive', account: 'a@x.de' });
    assert.equal((await run(one.io(), printToken, {})).out, 'token-1\n');
    assert.equal((await run(one.io(), selectEndpoint, { endpoint: 'nowhere' })).code, 1);
    assert.equal((await run(one.io(), selectEndpoint, { endpoint: 'hive', account: 'z@x.de' })).code, 1);
    const refused = await run(one.io(), removeEndpoint, { endpoint: 'hive' });
    assert.equal(refused.code, 1);
    assert.match(refused.err, /which would live on unseen\.\nTry: guardbee logout --all -e /);
    assert.equal((await run(one.io(), removeEndpoint, { endpoint: 'hive', force: true })).code, 0);
    assert.deepEqual(one.kept(), { endpoints: { [two.service.url]: one.kept().endpoints[two.service.url] } });
  });

  const GSCTL = `last_version_check: 2019-10-01T00:00:00Z
endpoints:
  https://api.one.example.com/:
    alias: one
    auth_scheme: giantswarm
    email: a@x.de
    provider: aws
    token: secret-one
  https://api.sso.example.com:
    auth_scheme: Bearer
    email: b@x.de
    token: secret-sso
    refresh_token: r
  https://api.idle.example.com:
    alias: idle
    email: c@x.de
    token: ""
selected_endpoint: https://api.one.example.com/
`;

  test("gsctl's are taken over once: sessions of ours, nothing that is known already", async (t) => {
    const { folder, io, kept } = await world(t);
    const file = join(folder, 'config.yaml');
    writeFileSync(file, GSCTL);
    const { out } = await run(io(), importEndpoints, { file, json: true });
    const [address, sso, idle] = ['one', 'sso', 'idle'].map((name) => `https://api.${name}.example.com`);
    assert.deepEqual(JSON.parse(out), { imported: [address], skipped: [sso, idle] });
    assert.deepEqual(kept(), {
      selected: address,
      endpoints: {
        [String(address)]: {
          alias: 'one',
          account: 'a@x.de',
          accounts: { 'a@x.de': { token: 'secret-one', imported: true } },
        },
      },
    });
    assert.equal((await run(io(), printToken, { endpoint: 'one' })).out, 'secret-one\n');
    writeFileSync(file, GSCTL.replace('secret-one', 'other'));
    const again = await run(io(), importEndpoints, { file });
    assert.deepEqual([again.code, again.out], [0, '']);
    assert.equal((await run(io(), printToken, { endpoint: 'one' })).out, 'secret-one\n');
  });

  test('a session that gsctl goes on using is not ended by a login', async (t) => {
    const { folder, io, enter, kept, ended, service } = await world(t);
    const file = join(folder, 'config.yaml');
    writeFileSync(file, GSCTL.replaceAll('https://api.one.example.com/', service.url));
    await run(io(), importEndpoints, { file });
    assert.equal(kept().endpoints[service.url]?.accounts['a@x.de']?.token, 'secret-one');
    await enter('a@x.de');
    assert.deepEqual(ended, []);
    await enter('a@x.de');
    assert.deepEqual(ended, ['token-1']);
  });

  test('a file that is none is refused, and never quoted', async (t) => {
    const { folder, io } = await world(t);
    const file = join(folder, 'config.yaml');
    for (const text of [
      'endpoints: {https://x: {token: secret',
      'token: "secret\n\tx: [',
      'just secret',
      '- secret',
    ]) {
      writeFileSync(file, text);
      const { code, err } = await run(io(), importEndpoints, { file });
      assert.equal(code, 1);
      assert.ok(!err.includes('secret'), err);
    }
    assert.equal((await run(io(), importEndpoints, { file: join(folder, 'none') })).code, 1);
  });
});

suite('ping and info', () => {
  test('ping sends no token, and an endpoint that does not answer is 4', async (t) => {
    const { io, service }: { io: (env: Record<string, string>) => FakeIo; service: FakeService } =
      await world(t);
    const env = { GUARDBEE_TOKEN: 'e', GUARDBEE_ENDPOINT: service.url };
    assert.match((await run(io(env), ping, {})).out, /^http:\S+ answers, in \d+ ms\.\n$/);
    assert.equal(service.requests[0]?.headers.authorization, undefined);
    assert.equal(JSON.parse((await run(io(env), ping, { json: true })).out).endpoint, service.url);
    assert.equal((await run(io(env), ping, { endpoint: 'http://127.0.0.1:1' })).code, 4);
  });

  for (const [name, answer, what] of [
    [
      'a web server',
      { body: '<h1>Hi</h1>', type: 'text/html', headers: { Server: 'nginx' } },
      '200 with text/html from nginx',
    ],
    ['an API', { body: { name: 'other' } }, '200 with application/json'],
    ['nothing at /', { status: 404, body: '' }, '404 with application/json'],
  ] as const) {
    test(`ping tells ${name} from a Guardbee`, async (t) => {
      const { url } = await fakeService(t, { 'GET /': answer });
      const { code, out, err } = await run(fakeIo(), ping, { endpoint: url });
      assert.deepEqual([code, out], [4, '']);
      assert.match(
        err,
        new RegExp(`^guardbee: ${url} answers, but not as Guardbee does: ${what}\nTry: Is the endpoint`),
      );
    });
  }

  test('HTTPS where plain HTTP is spoken is said in words', async (t) => {
    const { service } = await world(t);
    const { code, err } = await run(fakeIo(), ping, { endpoint: service.url.replace('http:', 'https:') });
    assert.equal(code, 4);
    assert.match(err, /cannot be reached: plain HTTP is spoken there, not HTTPS\n/);
    assert.doesNotMatch(err, /ssl/i);
  });

  test('info shows what the installation says of itself', async (t) => {
    const { io, service } = await world(t, 'hive\x1b[2J');
    const env = { GUARDBEE_TOKEN: 'e', GUARDBEE_ENDPOINT: service.url };
    const { out } = await run(io(env), showInfo, {});
    assert.equal(out, `installation  hive\\u001b[2J\nprovider      guardbee\nendpoint      ${service.url}\n`);
    const { general } = JSON.parse((await run(io(env), showInfo, { json: true })).out);
    assert.equal(general.installation_name, 'hive\x1b[2J');
  });
});
