import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { call } from './http.ts';
import { raw } from './raw.ts';
import { ADMIN, base64, startTestService, type TestService } from './service.ts';

/** Requests that nobody means well with. None may crash the service, cost a hash, or get an answer of 500 and above. */

let service: TestService;
let token: string;

before(async () => {
  service = await startTestService();
  const body = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
  token = (await call(service.url, 'POST', '/v4/auth-tokens/', { body })).body.auth_token;
});
after(() => service.close());

async function hashes(): Promise<number> {
  const { text } = await call(service.url, 'GET', '/metrics');
  return Number(/^guardbee_password_hashes_total (\d+)$/m.exec(text)?.[1]);
}

function assertGenericBody(text: string): void {
  const body = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4));
  assert.deepEqual(Object.keys(body), ['code', 'message']);
  assert.match(text, /content-type: application\/json/i);
  assert.match(text, /x-request-id: \S+/i);
}

test('a body over the limit is 413, told by its length before it is read, also without one', async () => {
  const before = await hashes();
  const huge = await call(service.url, 'POST', '/v4/auth-tokens/', {
    body: `{"email":"${'x'.repeat(40_000)}"}`,
  });
  assert.deepEqual([huge.status, huge.body.code], [413, 'INVALID_INPUT']);
  const announced = await raw(
    service.url,
    'POST /v4/auth-tokens/ HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000000\r\n\r\n',
  );
  assert.match(announced.text, /^HTTP\/1\.1 413 /);
  assert.equal(announced.closed, true);
  const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
  const chunked = await raw(
    service.url,
    `POST /v4/auth-tokens/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`,
  );
  assert.match(chunked.text, /^HTTP\/1\.1 413 /);
  assert.equal(await hashes(), before);
});

test('a compressed body is refused, not unpacked', async () => {
  const body = gzipSync(JSON.stringify({ email: ADMIN.email, password_base64: base64(ADMIN.password) }));
  for (const encoding of ['gzip', 'deflate', 'br', 'x']) {
    const reply = await call(service.url, 'POST', '/v4/auth-tokens/', {
      body,
      headers: { 'content-encoding': encoding },
    });
    assert.deepEqual([reply.status, reply.body.code], [415, 'INVALID_INPUT'], encoding);
  }
});

test('headers beyond 16 KiB are 431 with the generic body, and the connection is closed', async () => {
  const { text, closed } = await raw(
    service.url,
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
  );
  assert.match(text, /^HTTP\/1\.1 431 /);
  assertGenericBody(text);
  assert.equal(closed, true);
});

test('requests that frame themselves ambiguously are refused once and the connection is closed', async () => {
  const smuggled = 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n';
  const head = 'POST /v4/auth-tokens/ HTTP/1.1\r\nHost: x\r\n';
  for (const request of [
    `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    `${head}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${smuggled}`,
    `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}${smuggled}`,
    `${head}Content-Length: +2\r\n\r\n{}${smuggled}`,
    `${head}Content-Length: 0x2\r\n\r\n{}${smuggled}`,
    `${head}Transfer-Encoding: xchunked\r\n\r\n${smuggled}`,
    `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
    `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n${smuggled}`,
    `${head}X: a\rb\r\n\r\n${smuggled}`,
    `${head} folded: x\r\n\r\n${smuggled}`,
    `POST /v4/auth-tokens/\tHTTP/1.1\r\nHost: x\r\n\r\n${smuggled}`,
    'NONSENSE\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  ]) {
    const { text, closed } = await raw(service.url, request);
    assert.match(text, /^HTTP\/1\.1 4\d\d /, JSON.stringify(request));
    assert.equal(
      text.match(/HTTP\/1\.1/g)?.length,
      1,
      `one answer only: ${JSON.stringify(request)} → ${text}`,
    );
    assert.equal(closed, true, JSON.stringify(request));
  }
});

test('a request without a Host, with two, or of a version that is not spoken here is refused, and its connection closed', async () => {
  for (const head of [
    'GET / HTTP/1.1\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n',
    'GET / HTTP/2.0\r\nHost: x\r\n',
    `GET /v4/user/ HTTP/2.0\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n`,
    'POST /v4/auth-tokens/ HTTP/1.1\r\nContent-Length: 0\r\n',
  ]) {
    const { text, closed } = await raw(service.url, `${head}\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`);
    assert.match(text, /^HTTP\/1\.1 400 /, head);
    assertGenericBody(text);
    assert.equal(text.match(/^HTTP/gm)?.length, 1, 'nothing behind it is read');
    assert.equal(closed, true, head);
  }
  assert.match((await raw(service.url, 'GET / HTTP/1.0\r\n\r\n')).text, /^HTTP\/1\.1 200 /);
});

test('a transfer that is coded otherwise than in chunks is refused', async () => {
  const body = '2\r\n{}\r\n0\r\n\r\n';
  for (const [version, coding] of [
    ['1.1', 'gzip, chunked'],
    ['1.1', 'identity'],
    ['1.0', 'chunked'],
  ]) {
    const { text, closed } = await raw(
      service.url,
      `POST /v4/auth-tokens/ HTTP/${version}\r\nHost: x\r\nTransfer-Encoding: ${coding}\r\n\r\n${body}`,
    );
    assert.match(text, /^HTTP\/1\.1 400 /, coding);
    assertGenericBody(text);
    assert.equal(closed, true);
  }
});

test('what else a client expects than to go on is ignored', async () => {
  const { text } = await raw(service.url, 'GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: banana\r\n\r\n');
  assert.match(text, /^HTTP\/1\.1 200 /);
});

test('paths that are not what they seem are 400 or 404', async () => {
  for (const path of [
    '/v4/users/%/',
    '/v4/users/%ff%fe/',
    '/v4/users/%00/',
    '/v4/users/..%2f..%2fetc/',
    '/../v4/user/',
    '//v4/user/',
    '/v4/user/..;/x',
    '/V4/USER/',
    `/v4/users/${'x'.repeat(2000)}/`,
    '/v4/users//',
    '/%76%34/user%2f',
  ]) {
    const reply = await call(service.url, 'GET', path, { token });
    assert.ok([400, 401, 404, 414].includes(reply.status), `${path}: ${reply.status} ${reply.text}`);
    assert.deepEqual(Object.keys(reply.body), ['code', 'message'], path);
  }
});

test('values of every wrong type are refused, never coerced', async () => {
  const wrong: unknown[] = [0, 1, true, false, null, [], {}, ['x'], { toString: 'x' }, 1e300, -0];
  for (const value of wrong) {
    for (const [method, path, key] of [
      ['POST', '/v4/auth-tokens/', 'email'],
      ['POST', '/v4/auth-tokens/', 'password_base64'],
      ['PUT', '/v4/users/typed@example.com/', 'password'],
      ['PUT', '/v4/users/typed@example.com/', 'expiry'],
      ['PATCH', `/v4/users/${ADMIN.email}/`, 'email'],
      ['PATCH', `/v4/users/${ADMIN.email}/`, 'expiry'],
      ['POST', `/v4/users/${ADMIN.email}/password/`, 'new_password_base64'],
    ] as const) {
      const valid = {
        email: 'x@example.com',
        password_base64: base64('x'),
        password: base64('long enough to pass'),
      };
      const own =
        path === '/v4/auth-tokens/'
          ? valid
          : key === 'expiry' && method === 'PUT'
            ? { password: valid.password }
            : {};
      const reply = await call(service.url, method, path, { token, body: { ...own, [key]: value } });
      assert.equal(reply.status, 400, `${method} ${path} ${key}=${JSON.stringify(value)} → ${reply.text}`);
    }
  }
  for (const value of ['true', 1, 0, null, 'x']) {
    const reply = await call(service.url, 'PATCH', `/v4/users/${ADMIN.email}/`, {
      token,
      body: { disabled: value },
    });
    assert.equal(reply.status, 400, String(value));
  }
});

test('1,000 random requests get an answer below 500 and leave the service as it was', async () => {
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD');
  const path = fc.oneof(
    fc.constantFrom('/', '/v4/auth-tokens/', '/v4/user/', '/v4/users/', '/v4/info/', '/openapi.json'),
    fc
      .tuple(fc.constantFrom('/v4/users/', '/v4/', '/'), fc.string({ unit: 'binary-ascii', maxLength: 40 }))
      .map(([start, rest]) => start + encodeURIComponent(rest)),
  );
  const body = fc.oneof(
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ maxLength: 200 }),
  );
  const authorization = fc.oneof(
    fc.constant(`giantswarm ${token}`),
    fc.stringMatching(/^[\x20-\x7e]{0,80}$/),
  );
  await fc.assert(
    fc.asyncProperty(method, path, body, authorization, async (m, p, b, a) => {
      // What would end the token this test lives on, or make users, is left out.
      fc.pre(!(m === 'DELETE' && a.includes(token)));
      const payload = m === 'GET' || m === 'HEAD' ? {} : { body: b };
      const reply = await call(service.url, m, p, { ...payload, headers: { authorization: a } });
      assert.ok(reply.status >= 200 && reply.status < 500, `${m} ${p}: ${reply.status} ${reply.text}`);
    }),
    { numRuns: 1000 },
  );
  assert.equal((await call(service.url, 'GET', '/v4/user/', { token })).body.email, ADMIN.email);
});

test('a client that hangs up while its password is checked does no harm', async () => {
  const body = JSON.stringify({ email: ADMIN.email, password_base64: base64(ADMIN.password) });
  const request = `POST /v4/auth-tokens/ HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  await Promise.all(Array.from({ length: 20 }, () => raw(service.url, request, 1)));
  assert.equal((await call(service.url, 'GET', '/v4/user/', { token })).status, 200);
});

test('no secret of these requests has reached the log', () => {
  for (const secret of [token, ADMIN.password, base64(ADMIN.password)])
    assert.ok(!service.log().includes(secret));
});
