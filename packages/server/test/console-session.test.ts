import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { call, fromConsole, type Reply } from './http.ts';
import { raw } from './raw.ts';
import { ADMIN, base64, startTestService, type TestService } from './service.ts';

/** What somebody who writes other pages, or other requests, can do with a console's session: nothing. */

let service: TestService;
let token: string;
let cookie: string;

const credentials = { email: ADMIN.email, password_base64: base64(ADMIN.password) };

function signIn(url: string, headers: Record<string, string>): Promise<Reply> {
  return call(url, 'POST', '/console/session/', { body: credentials, headers });
}

function cookieOf(reply: Reply): string {
  return String([reply.headers['set-cookie']].flat()[0]);
}

before(async () => {
  service = await startTestService();
  const reply = await signIn(service.url, fromConsole(service.url));
  [cookie = ''] = cookieOf(reply).split(';');
  token = cookie.slice(cookie.indexOf('=') + 1);
});
after(() => service.close());

describe('a cookie counts only from a page of the console', () => {
  const own = () => ({ ...fromConsole(service.url), cookie });
  const without = (...names: string[]) =>
    Object.fromEntries(Object.entries(own()).filter(([name]) => !names.includes(name)));

  /** Reads and writes alike; ending somebody else's token id changes nothing. */
  const asks = [
    ['GET', '/v4/user/'],
    ['GET', '/v4/users/'],
    ['GET', '/v4/auth-tokens/'],
    ['DELETE', '/v4/users/nobody@example.com/lock/'],
  ] as const;

  const cases: Record<string, () => Record<string, string>> = {
    'nothing but the cookie (a link, a form, an image)': () => ({ cookie }),
    'another origin with the cookie and the header': () => ({ ...own(), origin: 'https://evil.example' }),
    'a sibling host': () => ({ ...own(), origin: service.url.replace('127.0.0.1', 'evil.127.0.0.1') }),
    'the same host on another port': () => ({ ...own(), origin: 'http://127.0.0.1:1' }),
    'the same host under another scheme': () => ({
      ...own(),
      origin: service.url.replace('http:', 'https:'),
    }),
    'an origin of its own (sandbox, data:)': () => ({ ...own(), origin: 'null' }),
    'no header of the console': () => without('x-guardbee-console'),
    'a wrong header': () => ({ ...own(), 'x-guardbee-console': '1, 1' }),
    'a same-site page': () => ({ ...own(), 'sec-fetch-site': 'same-site' }),
    'a cross-site page': () => ({ ...own(), 'sec-fetch-site': 'cross-site' }),
    'an address that somebody typed': () => ({ ...own(), 'sec-fetch-site': 'none' }),
    'the cookie twice': () => ({ ...own(), cookie: `${cookie}; ${cookie}` }),
    'the cookie twice, one of them a neighbour’s': () => ({
      ...own(),
      cookie: `guardbee-session=x; ${cookie}`,
    }),
    'the cookie under the name that TLS has': () => ({ ...own(), cookie: `__Host-${cookie}` }),
    'the cookie with something behind it': () => ({ ...own(), cookie: `${cookie} x` }),
    'a quoted cookie': () => ({ ...own(), cookie: `guardbee-session="${token}"` }),
    'a forwarded host of nobody’s': () => ({
      ...own(),
      origin: 'https://evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    }),
  };

  test('the console itself is let in', async () => {
    for (const [method, path] of asks.slice(0, 3))
      assert.equal((await call(service.url, method, path, { headers: own() })).status, 200);
    const old = without('sec-fetch-site');
    assert.equal((await call(service.url, 'GET', '/v4/user/', { headers: old })).status, 200);
    const read = without('origin');
    assert.equal((await call(service.url, 'GET', '/v4/user/', { headers: read })).status, 200);
  });

  for (const [title, headers] of Object.entries(cases)) {
    test(`not from ${title}`, async () => {
      for (const [method, path] of asks) {
        const reply = await call(service.url, method, path, { headers: headers() });
        assert.deepEqual([reply.status, reply.body.code], [401, 'PERMISSION_DENIED'], `${method} ${path}`);
      }
    });
  }

  test('a write without an Origin is nobody’s', async () => {
    const path = '/v4/users/nobody@example.com/lock/';
    const reply = await call(service.url, 'DELETE', path, { headers: without('origin') });
    assert.equal(reply.status, 401);
    assert.equal((await call(service.url, 'DELETE', path, { headers: own() })).status, 404);
  });

  test('beside an Authorization header it does nothing, whatever that says', async () => {
    for (const authorization of ['giantswarm undefined', 'giantswarm ', 'Basic YTpi', '', 'x']) {
      const headers = { ...own(), authorization };
      const reply = await call(service.url, 'GET', '/v4/user/', { headers });
      assert.deepEqual([reply.status, reply.body.code], [401, 'PERMISSION_DENIED'], authorization);
    }
  });

  test('it never stands for a token that a service asks about', async () => {
    for (const [method, path] of [
      ['GET', '/verify'],
      ['POST', '/verify/orders/1'],
      ['POST', '/oauth2/introspect'],
      ['POST', '/apis/authentication.k8s.io/v1/tokenreviews'],
    ] as const) {
      const body = method === 'POST' ? 'token=x' : undefined;
      const reply = await call(service.url, method, path, { headers: own(), body });
      assert.equal(reply.status, 401, path);
      assert.equal(reply.headers['x-auth-user'], undefined);
    }
  });

  test('a preflight of another origin is not answered, not even where CORS is on for it', async () => {
    const friend = 'https://app.example.com';
    const open = await startTestService({ GUARDBEE_CORS_ORIGINS: friend });
    const headers = {
      origin: friend,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'x-guardbee-console',
    };
    const preflight = await call(open.url, 'OPTIONS', '/v4/user/', { headers });
    assert.doesNotMatch(String(preflight.headers['access-control-allow-headers']), /guardbee|\*/i);
    assert.equal(preflight.headers['access-control-allow-credentials'], undefined);
    // What a proxy asks about is not the browser's to be told: whoever has no token is refused, by any method.
    for (const path of ['/verify', '/verify/orders'])
      assert.equal((await call(open.url, 'OPTIONS', path, { headers })).status, 401, path);
    await open.close();
  });
});

describe('signing in', () => {
  test('is open to the console alone: another page can sign nobody in as its own author', async () => {
    const { text: before } = await call(service.url, 'GET', '/metrics');
    const evil: Record<string, string>[] = [
      {},
      { origin: service.url },
      { 'x-guardbee-console': '1' },
      { ...fromConsole('https://evil.example') },
      { ...fromConsole(service.url), 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of evil) {
      const reply = await signIn(service.url, headers);
      assert.deepEqual([reply.status, reply.body.code], [401, 'PERMISSION_DENIED']);
      assert.equal(reply.headers['set-cookie'], undefined);
    }
    const hashes = /^guardbee_password_hashes_total .*$/m;
    const { text: then } = await call(service.url, 'GET', '/metrics');
    assert.equal(hashes.exec(then)?.[0], hashes.exec(before)?.[0]);
  });

  test('counts against the same throttle as every other door', async () => {
    const throttled = await startTestService();
    const headers = fromConsole(throttled.url);
    const statuses: number[] = [];
    for (let door = 0; door < 9; door++) {
      const path = door % 2 === 0 ? '/console/session/' : '/v4/auth-tokens/';
      const body = { ...credentials, password_base64: base64(`guess ${door}`) };
      statuses.push((await call(throttled.url, 'POST', path, { body, headers })).status);
    }
    // As many tries as one door would give, and then both are closed.
    assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429, 429, 429]);
    await throttled.close();
  });

  test('puts the token into the cookie and nowhere else', async () => {
    const reply = await signIn(service.url, fromConsole(service.url));
    assert.doesNotMatch(reply.text, /guardbee_/);
    assert.match(
      cookieOf(reply),
      /^guardbee-session=guardbee_[\w-]{49}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    assert.equal(reply.headers['cache-control'], 'no-store');
    assert.doesNotMatch(service.log(), /guardbee_[\w-]{20}/);
  });
});

describe('behind a proxy that speaks TLS', () => {
  const address = 'https://login.example.com';
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'login.example.com' };

  test('a trusted one makes the cookie Secure, by what stands at the right', async () => {
    const proxied = await startTestService({ GUARDBEE_TRUSTED_PROXIES: '127.0.0.1' });
    const headers = { ...fromConsole(address), ...forwarded };
    const reply = await signIn(proxied.url, headers);
    assert.match(
      cookieOf(reply),
      /^__Host-guardbee-session=guardbee_[\w-]{49}; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
    );
    const [pair = ''] = cookieOf(reply).split(';');
    const ask = (more: Record<string, string>) =>
      call(proxied.url, 'GET', '/v4/user/', { headers: { ...headers, ...more } });
    assert.equal((await ask({ cookie: pair })).status, 200);
    // What somebody tossed from a plain page of this host, or a sibling, is under the other name.
    assert.equal((await ask({ cookie: pair.replace('__Host-', '') })).status, 401);
    const tossed = { cookie: `guardbee-session=x; ${pair}` };
    assert.equal((await ask(tossed)).status, 200);
    const forged = { 'x-forwarded-host': 'login.example.com, evil.example' };
    assert.equal((await ask({ cookie: pair, ...forged })).status, 401);
    assert.equal((await signIn(proxied.url, { ...headers, 'x-forwarded-proto': 'https, http' })).status, 401);
    await proxied.close();
  });

  test('of one that is not trusted nothing counts, and the refusal says where to read on', async () => {
    const reply = await signIn(service.url, { ...fromConsole(address), ...forwarded });
    assert.equal(reply.status, 401);
    assert.match(reply.body.message, /docs\/console\.md/);
  });
});

describe('the files', () => {
  test('come from a list: no path leads out of it', async () => {
    for (const path of [
      '/console/assets/../index.html',
      '/console/assets/..%2findex.html',
      '/console/assets/%2e%2e%2f%2e%2e%2fpackage.json',
      '/console/assets/..%5c..%5cpackage.json',
      '/console/assets/%00',
      '/console/assets/.',
      '/console/assets/constructor',
      '/console/assets/__proto__',
      '/console/../package.json',
      '/console/index.html',
      '/console//assets/',
    ]) {
      const { text } = await raw(service.url, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assert.match(text, /^HTTP\/1\.1 (?:400|404) /, path);
    }
  });

  test('may run their own code and nothing else, and can’t be framed', async () => {
    const { headers } = await call(service.url, 'GET', '/console/');
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.match(policy, /base-uri 'none'; form-action 'none'; frame-ancestors 'none'/);
    assert.match(policy, /require-trusted-types-for 'script'; trusted-types 'none'$/);
    assert.doesNotMatch(policy, /unsafe|http|\*/);
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
  });

  test('are kept for ever where their name says what is in them, and asked for again where not', async () => {
    const page = await call(service.url, 'GET', '/console');
    assert.equal(page.headers['cache-control'], 'no-cache');
    const headers = { 'if-none-match': String(page.headers.etag), 'accept-encoding': 'gzip' };
    const again = await call(service.url, 'GET', '/console/', { headers });
    assert.deepEqual([again.status, again.text], [304, '']);
    const [path = ''] = /\/console\/assets\/[^"]+\.js/.exec(page.text) ?? [];
    const asset = await call(service.url, 'GET', path, { headers: { 'accept-encoding': 'br, gzip' } });
    assert.equal(asset.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(asset.headers['content-encoding'], 'gzip');
    const plain = await call(service.url, 'GET', path, { headers: { 'accept-encoding': 'gzip;q=0' } });
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.match(String(plain.headers['content-type']), /^text\/javascript/);
  });

  test('set no cookie and read none', async () => {
    const reply = await call(service.url, 'GET', '/console/', { headers: { cookie } });
    assert.equal(reply.headers['set-cookie'], undefined);
    assert.doesNotMatch(reply.text, /admin@/);
  });
});
