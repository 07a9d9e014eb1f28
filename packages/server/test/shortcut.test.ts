import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call, type Reply } from './http.ts';
import { raw } from './raw.ts';
import { ADMIN, base64, startTestService, type TestService } from './service.ts';

/** What is answered without the framework must be what the framework would have answered. */

let service: TestService;
let longWay: TestService;
const tokens: Record<string, string> = {};

async function login(url: string, email: string, password: string, more: object = {}): Promise<string> {
  const body = { email, password_base64: base64(password), ...more };
  return (await call(url, 'POST', '/v4/auth-tokens/', { body })).body.auth_token;
}

async function reads(): Promise<number> {
  const { text } = await call(service.url, 'GET', '/metrics');
  return Number(/^guardbee_token_reads_total (\d+)$/m.exec(text)?.[1]);
}

function comparable({ status, headers, text }: Reply): unknown {
  const { date, 'x-request-id': requestId, ...rest } = headers;
  return { status, headers: rest, text, requestId: requestId?.length };
}

before(async () => {
  // The log at debug wants every request, and so turns the shortcut off.
  service = await startTestService({}, undefined, 'info');
  longWay = await startTestService({}, undefined, 'debug');
  for (const { url } of [service, longWay]) {
    tokens[url] = await login(url, ADMIN.email, ADMIN.password, { scopes: ['a', 'b'] });
    const admin = await login(url, ADMIN.email, ADMIN.password);
    await call(url, 'PATCH', `/v4/users/${ADMIN.email}/`, {
      token: admin,
      body: { groups: ['ä', 'b'], email: 'jörg@example.com' },
    });
  }
});
after(() => Promise.all([service.close(), longWay.close()]));

test('the shortcut and the long way give the same answer, header by header', async () => {
  for (const path of ['/v4/user/', '/v4/user', '/verify', '/verify/']) {
    for (const headers of [
      {},
      { 'x-request-id': 'mine' },
      { 'x-request-id': 'not fit' },
      { 'content-type': 'application/json' },
    ]) {
      const ask = async ({ url }: TestService) => {
        await call(url, 'GET', path, { token: tokens[url], headers });
        const reply = await call(url, 'GET', path, { token: tokens[url], headers });
        const own = reply.text.replace(/"created":"[^"]*"/, '');
        return comparable({
          ...reply,
          text: own,
          headers: { ...reply.headers, 'x-auth-token-id': String(reply.headers['x-auth-token-id']?.length) },
        });
      };
      assert.deepEqual(await ask(service), await ask(longWay), path);
    }
  }
});

test('remembered verifications read nothing from the database, junk neither', async () => {
  const token = tokens[service.url];
  await call(service.url, 'GET', '/v4/user/', { token });
  const before = await reads();
  for (let count = 0; count < 1000; count++) {
    assert.equal(
      (await call(service.url, 'GET', count % 2 ? '/v4/user/' : '/verify', { token })).status,
      200,
    );
    if (count % 10 === 0)
      assert.equal((await call(service.url, 'GET', '/verify', { token: `${token}x` })).status, 401);
  }
  assert.equal(await reads(), before);
});

test('what is unusual goes the long way: two headers, a body, a query, another method', async () => {
  const token = tokens[service.url] ?? '';
  await call(service.url, 'GET', '/v4/user/', { token });
  const twice = await call(service.url, 'GET', '/v4/user/', {
    headers: { authorization: [`giantswarm ${token}`, `giantswarm ${token}`] },
  });
  assert.equal(twice.status, 401);
  const hosts = await raw(
    service.url,
    `GET /v4/user/ HTTP/1.1\r\nHost: a\r\nHost: b\r\nAuthorization: ${token}\r\n\r\n`,
  );
  assert.match(hosts.text, /^HTTP\/1\.1 400 /);
  const body = `GET /v4/user/ HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nAuthorization: ${token}\r\n\r\n{}{}GET / HTTP/1.1\r\nHost: a\r\n\r\n`;
  assert.equal(
    (await raw(service.url, body)).text.match(/HTTP\/1\.1 200/g)?.length,
    2,
    'a body is read past, not as a request',
  );
  assert.equal((await call(service.url, 'GET', '/verify?scope=c', { token })).status, 403);
  assert.equal((await call(service.url, 'POST', '/v4/user/', { token })).status, 405);
});

test('a logout, a rename and an expiry are seen by the very next request, 300 times', async () => {
  const admin = await login(service.url, 'jörg@example.com', ADMIN.password);
  let current = 'jörg@example.com';
  for (let trial = 0; trial < 300; trial++) {
    const token = trial % 100 === 0 ? await login(service.url, current, ADMIN.password) : admin;
    const email = `jörg${trial}@example.com`;
    assert.equal((await call(service.url, 'GET', '/v4/user/', { token })).status, 200);
    const path = `/v4/users/${encodeURIComponent(current)}/`;
    current = email;
    assert.equal((await call(service.url, 'PATCH', path, { token: admin, body: { email } })).status, 200);
    assert.equal((await call(service.url, 'GET', '/v4/user/', { token })).body.email, email);
    if (token === admin) continue;
    await call(service.url, 'DELETE', '/v4/auth-tokens/', { token });
    assert.equal((await call(service.url, 'GET', '/verify', { token })).status, 401);
  }
  const short = await login(service.url, current, ADMIN.password, {
    expiry: new Date(Date.now() + 60_000).toISOString(),
  });
  assert.equal((await call(service.url, 'GET', '/v4/user/', { token: short })).status, 200);
  service.clock.advance(60_001);
  assert.equal((await call(service.url, 'GET', '/v4/user/', { token: short })).status, 401);
});

test('no verification that starts after a logout was answered is accepted, at 32 connections, 150 logouts', async () => {
  const { email, url } = { email: 'concurrent@example.com', url: service.url };
  const admin = await login(
    url,
    (await call(url, 'GET', '/v4/user/', { token: tokens[url] })).body.email,
    ADMIN.password,
  );
  await call(url, 'PUT', `/v4/users/${email}/`, {
    token: admin,
    body: { password: base64('a pass phrase for many') },
  });
  let accepted = 0;
  for (let round = 0; round < 15; round++) {
    const living = await Promise.all(
      Array.from({ length: 10 }, () => login(url, email, 'a pass phrase for many')),
    );
    const ended = new Map<string, number>();
    let done = false;
    const verifiers = Array.from({ length: 32 }, async (_, at) => {
      for (let turn = at; !done; turn++) {
        const token = living[turn % living.length] as string;
        const begin = performance.now();
        const { status } = await call(url, 'GET', turn % 2 ? '/verify' : '/v4/user/', { token });
        const end = ended.get(token);
        if (status === 200) accepted += 1;
        assert.ok(
          status === 401 || end === undefined || begin < end,
          'accepted after its logout was answered',
        );
      }
    });
    for (const token of living) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal((await call(url, 'DELETE', '/v4/auth-tokens/', { token })).status, 200);
      ended.set(token, performance.now());
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
    done = true;
    await Promise.all(verifiers);
  }
  assert.ok(accepted > 1_000, String(accepted));
});
