import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../packages/giantswarm/test/launch-chromium.ts';
import { ADMIN, type RunningService, serve, temporaryFolder } from './guardbee.ts';

declare const GiantSwarm: typeof import('giantswarm').default;

const SCRIPT = join(import.meta.dirname, '../packages/giantswarm/dist/giantswarm.min.js');

suite('a page on another origin, with the classic script, in Chromium', () => {
  const folder = temporaryFolder();
  let service: RunningService;
  let browser: Browser;
  const pages = [newPageServer(), newPageServer()] as const;
  let [allowed, stranger] = ['', ''];

  before(async () => {
    [allowed, stranger] = (await Promise.all(pages.map(listen))) as [string, string];
    service = await serve(folder.path, { GUARDBEE_CORS_ORIGINS: allowed });
    browser = await launchChromium();
  });
  after(async () => {
    await browser.close();
    for (const server of pages) server.close();
    await service.stop();
    folder[Symbol.dispose]();
  });

  async function open(origin: string) {
    const page = await (await browser.newContext()).newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(origin);
    return { page, complaints };
  }

  test('logs in, shows who it is, logs out; the token is dead; the browser has nothing to complain about', async () => {
    const { page, complaints } = await open(allowed);
    const seen = await page.evaluate(
      async ([url, email, password]) => {
        const client = GiantSwarm.ApiClient.instance;
        client.basePath = String(url);
        const body = new GiantSwarm.V4CreateAuthTokenRequest();
        body.email = String(email);
        body.password_base64 = btoa(String(password));
        const api = new GiantSwarm.AuthTokensApi();
        const { auth_token } = await api.createAuthToken(body, {
          xGiantSwarmActivity: 'login',
          xRequestID: 'from-a-page',
        });
        const header = `giantswarm ${auth_token}`;
        const user = await new GiantSwarm.UsersApi().getCurrentUser(header);
        const { code } = await api.deleteAuthToken(header, { xGiantSwarmCmdLine: 'none' });
        const failure = await new GiantSwarm.UsersApi().getCurrentUser(header).then(
          () => undefined,
          (error) => ({
            status: error.status,
            code: error.code,
            requestId: typeof error.requestId,
            challenge: error.response.headers['www-authenticate'],
          }),
        );
        return { email: user.email, code, failure };
      },
      [service.url, ADMIN.email, ADMIN.password],
    );
    assert.deepEqual(seen, {
      email: ADMIN.email,
      code: 'RESOURCE_DELETED',
      failure: {
        status: 401,
        code: 'PERMISSION_DENIED',
        requestId: 'string',
        challenge: 'giantswarm realm="guardbee", Bearer realm="guardbee", error="invalid_token"',
      },
    });
    // The one refusal is the one that was asked for; Chromium notes every 4xx.
    assert.deepEqual(
      complaints.filter((text) => !text.includes('status of 401')),
      [],
    );
  });

  test('a page of an origin that is not configured gets nothing, and the client says what is missing', async () => {
    const { page } = await open(stranger);
    const message = await page.evaluate(async (url) => {
      GiantSwarm.ApiClient.instance.basePath = String(url);
      const body = { email: 'x@example.com', password_base64: btoa('x') };
      return new GiantSwarm.AuthTokensApi().createAuthToken(body).then(
        () => 'resolved',
        (error) => `${error.crossDomain} ${error.message}`,
      );
    }, service.url);
    assert.match(message, /^true .*Access-Control-Allow-Origin/s);
  });
});

suite('CORS', () => {
  const origin = 'https://app.example.com';
  const headers = {
    origin,
    'access-control-request-method': 'DELETE',
    'access-control-request-headers': 'authorization,x-request-id',
  };

  test('is off unless origins are configured', async () => {
    using folder = temporaryFolder();
    const service = await serve(folder.path);
    const preflight = await fetch(`${service.url}/v4/auth-tokens/`, { method: 'OPTIONS', headers });
    assert.equal(preflight.status, 405);
    assert.equal(preflight.headers.get('access-control-allow-origin'), null);
    await service.stop();
  });

  test('answers preflights without a token, names headers, and stands on errors too', async () => {
    using folder = temporaryFolder();
    const service = await serve(folder.path, { GUARDBEE_CORS_ORIGINS: origin });
    for (const path of ['/v4/auth-tokens/', '/v4/auth-tokens', '/v4/users/a%2Bb@example.com/']) {
      const preflight = await fetch(service.url + path, { method: 'OPTIONS', headers });
      assert.equal(preflight.status, 204, path);
      assert.equal(preflight.headers.get('access-control-allow-origin'), origin);
      assert.equal(preflight.headers.get('access-control-allow-methods'), 'GET, POST, PUT, PATCH, DELETE');
      assert.equal(
        preflight.headers.get('access-control-allow-headers'),
        'authorization, content-type, x-request-id, x-giant-swarm-activity, x-giant-swarm-cmdline',
      );
    }
    for (const [method, path, status] of [
      ['GET', '/v4/user/', 401],
      ['GET', '/nowhere', 404],
      ['PUT', '/', 405],
      ['POST', '/v4/auth-tokens/', 400],
    ] as const) {
      const reply = await fetch(service.url + path, { method, headers: { origin } });
      assert.equal(reply.status, status);
      assert.equal(reply.headers.get('access-control-allow-origin'), origin, path);
      assert.equal(
        reply.headers.get('access-control-expose-headers'),
        'X-Request-ID, Retry-After, WWW-Authenticate',
      );
      assert.match(String(reply.headers.get('vary')), /origin/i);
    }
    const foreign = await fetch(`${service.url}/v4/user/`, { headers: { origin: `${origin}.evil.example` } });
    assert.equal(foreign.headers.get('access-control-allow-origin'), null);
    await service.stop();
  });
});

function newPageServer() {
  return createServer((request, reply) => {
    const isScript = request.url === '/giantswarm.min.js';
    reply.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    reply.end(
      isScript
        ? readFileSync(SCRIPT)
        : '<!doctype html><link rel="icon" href="data:,"><script src="/giantswarm.min.js"></script>',
    );
  });
}

async function listen(server: ReturnType<typeof newPageServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

suite('the API reference, in Chromium', () => {
  test('shows every operation, styled, with nothing that runs and nothing to complain about', async (t) => {
    using folder = temporaryFolder();
    const service = await serve(folder.path);
    t.after(() => service.stop());
    const browser = await launchChromium();
    t.after(() => browser.close());
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(`${service.url}/docs`);
    const { paths } = (await (await fetch(`${service.url}/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const documented = Object.values(paths).flatMap((methods) => Object.keys(methods)).length;
    assert.equal(await page.locator('article').count(), documented);
    const login = page.locator('article', { hasText: 'POST /v4/auth-tokens/' }).first();
    await login.locator('summary').click();
    assert.match(await login.innerText(), /password_base64: string/);
    assert.match(await login.innerText(), /\n200/);
    assert.equal(
      await page.evaluate(() => getComputedStyle(document.querySelector('pre') as Element).overflowX),
      'auto',
    );
    assert.equal(await page.locator('script').count(), 0);
    assert.deepEqual(complaints, []);
  });
});
