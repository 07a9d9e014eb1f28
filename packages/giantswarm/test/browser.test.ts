import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, beforeEach, suite, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { packageFolder, requireBuilt } from './built.ts';
import { launchChromium } from './launch-chromium.ts';
import { type RecordingServer, smallService, startRecordingServer } from './recording-server.ts';

// what the page sees; the functions given to evaluate() run there
declare const GiantSwarm: typeof import('../src/index.ts').default;

suite('in a browser, the page on another origin than the service', () => {
  const site = createServer((request, reply) => {
    const isScript = request.url === '/giantswarm.min.js';
    reply.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
    if (isScript) reply.end(readFileSync(join(packageFolder, 'dist/giantswarm.min.js')));
    else if (request.url === '/')
      reply.end('<!doctype html><link rel="icon" href="data:,"><script src="/giantswarm.min.js"></script>');
    else reply.writeHead(404).end();
  });
  let browser: Browser;
  let page: Page;
  let server: RecordingServer;
  let origin: string;
  const complaints: string[] = [];

  before(async () => {
    requireBuilt();
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    server = await startRecordingServer();
    browser = await launchChromium();
  });
  beforeEach(async () => {
    // a context of its own for each: they must not share cookies
    page = await (await browser.newContext()).newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    complaints.length = 0;
    server.requests = [];
    server.answer = withCors(smallService());
    await page.goto(origin);
    await page.evaluate((url) => {
      GiantSwarm.ApiClient.instance.basePath = url;
    }, server.url);
  });
  after(async () => {
    await browser?.close();
    site.close();
    await server[Symbol.asyncDispose]();
  });

  /** A service that allows the page's origin, and exposes what the contract says. */
  function withCors(answer: ReturnType<typeof smallService>): ReturnType<typeof smallService> {
    return (request) => {
      const told = request.method === 'OPTIONS' ? { status: 204 } : answer(request);
      return {
        ...told,
        headers: {
          ...told.headers,
          'X-Request-ID': 'r-1',
          'X-Hidden': 'yes',
          'Access-Control-Allow-Origin': request.headers.origin ?? '',
          'Access-Control-Allow-Credentials': 'true',
          'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
          'Access-Control-Allow-Headers':
            'authorization, content-type, x-request-id, x-giant-swarm-activity, x-giant-swarm-cmdline',
          'Access-Control-Expose-Headers': 'X-Request-ID, Retry-After, WWW-Authenticate',
        },
      };
    };
  }

  test('the classic script makes the global, and it logs in and out', async () => {
    const shown = await page.evaluate(async () => {
      const tokens = new GiantSwarm.AuthTokensApi();
      const opts = { xRequestID: 'r', xGiantSwarmActivity: 'a', xGiantSwarmCmdLine: 'c' };
      const body = { email: 'ada@example.com', password_base64: btoa('correct horse battery') };
      const login = await tokens.createAuthToken(body, opts);
      const authorization = `giantswarm ${login.auth_token}`;
      const user = await new GiantSwarm.UsersApi().getCurrentUser(authorization);
      const ended = await tokens.deleteAuthToken(authorization, opts);
      const again = await tokens.deleteAuthToken(authorization).catch((error) => error);
      return [
        user.email,
        ended.code,
        again.message,
        again.code,
        again.requestId,
        again.response.get('x-hidden'),
      ];
    });
    assert.deepEqual(shown, [
      'ada@example.com',
      'RESOURCE_DELETED',
      'Unauthorized',
      'PERMISSION_DENIED',
      'r-1',
      undefined,
    ]);
    // the browser itself reports the 401 of the second logout; nothing else may be said
    assert.deepEqual(
      complaints.filter((text) => !text.includes('status of 401')),
      [],
    );
  });

  test('what CORS forbids fails with the words known programs look for', async () => {
    // a service of its own: the browser remembers the other's answers to preflights
    await using closed = await startRecordingServer(smallService());
    await page.evaluate((url) => {
      GiantSwarm.ApiClient.instance.basePath = url;
    }, closed.url);
    const error = await page.evaluate(() =>
      new GiantSwarm.AuthTokensApi().deleteAuthToken('giantswarm t').catch((thrown) => ({
        message: thrown.message,
        crossDomain: thrown.crossDomain,
        cause: String(thrown.cause),
        status: thrown.status,
      })),
    );
    assert.match((error as Error).message, /Access-Control-Allow-Origin/);
    assert.equal((error as { crossDomain?: boolean }).crossDomain, true);
    assert.match(String((error as Error).cause), /^TypeError/);
    assert.equal((error as { status?: number }).status, undefined);
    assert.deepEqual(
      closed.requests.map(({ method }) => method),
      ['OPTIONS'],
    );
  });

  test('a redirect of a logout is an error, not a success', async () => {
    server.answer = withCors(() => ({ status: 301, headers: { Location: '/v4/elsewhere' } }));
    const error = await page.evaluate(() =>
      new GiantSwarm.AuthTokensApi()
        .deleteAuthToken('giantswarm t')
        .catch(({ message, code }) => ({ message, code })),
    );
    assert.equal(error.code, 'ERR_UNEXPECTED_RESPONSE');
    assert.match(error.message ?? '', /redirects this call\. It was not followed/);
    assert.deepEqual(
      server.requests.filter(({ method }) => method === 'GET'),
      [],
    );
  });

  test('time limits hold, with their own message', async () => {
    server.answer = withCors(() => ({ delay: 3000 }));
    const message = await page.evaluate(() =>
      new GiantSwarm.AuthTokensApi().deleteAuthToken('t', { timeout: 150 }).catch((error) => error.message),
    );
    assert.equal(message, 'Timeout of 150ms exceeded');
  });

  test('enableCookies sends and keeps cookies across origins; without it none go', async () => {
    // 127.0.0.1 is one site whatever the port, so a plain cookie is enough to tell the two apart
    server.answer = withCors(() => ({ headers: { 'Set-Cookie': 'a=1' }, body: { code: 'C' } }));
    await page.evaluate(async () => {
      const client = new GiantSwarm.ApiClient();
      client.basePath = GiantSwarm.ApiClient.instance.basePath;
      const api = new GiantSwarm.AuthTokensApi(client);
      client.enableCookies = true;
      await api.deleteAuthToken();
      await api.deleteAuthToken();
      client.enableCookies = false;
      await api.deleteAuthToken();
    });
    const cookies = server.requests
      .filter(({ method }) => method === 'DELETE')
      .map(({ headers }) => headers.cookie);
    assert.deepEqual(cookies, [undefined, 'a=1', undefined]);
  });

  test('basePath "" is the page’s own origin', async () => {
    const error = await page.evaluate(() => {
      GiantSwarm.ApiClient.instance.basePath = '';
      return new GiantSwarm.AuthTokensApi()
        .deleteAuthToken('t')
        .catch(({ message, status }) => ({ message, status }));
    });
    assert.deepEqual(error, { message: 'Not Found', status: 404 });
  });
});
