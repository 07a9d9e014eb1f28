import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, suite, test } from 'node:test';
import { startRecordingServer } from '../test/recording-server.ts';
import { ApiClient, AuthTokensApi } from './members.ts';

suite('time limits, signals, connections', async () => {
  const server = await startRecordingServer();
  after(() => server[Symbol.asyncDispose]());
  const client = new ApiClient();
  client.basePath = server.url;
  const api = new AuthTokensApi(client);
  const answer = { body: { code: 'C' } };

  test('a number limits the whole call', async () => {
    for (const slow of [{ delay: 2000 }, { bodyDelay: 2000 }]) {
      server.answer = { ...answer, ...slow };
      client.timeout = 40;
      await assert.rejects(api.deleteAuthToken(), {
        message: 'Timeout of 40ms exceeded',
        code: 'ECONNABORTED',
        timeout: 40,
      });
    }
  });

  test('{ response } limits the wait for the first byte, { deadline } for the last', async () => {
    client.timeout = { response: 100, deadline: 5000 };
    server.answer = { ...answer, bodyDelay: 300 };
    await api.deleteAuthToken();
    server.answer = { ...answer, delay: 2000 };
    await assert.rejects(api.deleteAuthToken(), {
      message: 'Response timeout of 100ms exceeded',
      code: 'ECONNABORTED',
      timeout: 100,
    });
    client.timeout = { deadline: 60 };
    await assert.rejects(api.deleteAuthToken(), { message: 'Timeout of 60ms exceeded' });
  });

  test('0 and null mean no limit, and one call may set its own', async () => {
    server.answer = { ...answer, delay: 60 };
    for (const none of [0, null, {}]) {
      client.timeout = none;
      await api.deleteAuthToken();
    }
    client.timeout = 30;
    await api.deleteAuthToken({ timeout: 5000 });
    await api.deleteAuthToken({ timeout: 0 });
    client.timeout = 5000;
    await assert.rejects(api.deleteAuthToken('t', { timeout: 25 }), { message: 'Timeout of 25ms exceeded' });
  });

  test('a signal ends the call with its reason, before and during', async () => {
    client.timeout = 5000;
    server.answer = { ...answer, delay: 2000 };
    server.requests = [];
    const reason = new Error('enough');
    await assert.rejects(api.deleteAuthToken({ signal: AbortSignal.abort(reason) }), reason);
    assert.equal(server.requests.length, 0);
    const controller = new AbortController();
    const call = api.deleteAuthToken({ signal: controller.signal });
    setTimeout(() => controller.abort(reason), 30);
    await assert.rejects(call, reason);
    await assert.rejects(api.deleteAuthToken({ signal: AbortSignal.timeout(20) }), { name: 'TimeoutError' });
    const plain = new AbortController();
    plain.abort();
    await assert.rejects(api.deleteAuthToken({ signal: plain.signal }), { name: 'AbortError' });
  });

  test('the reason is told even where fetch rejects with a bare AbortError', async (t) => {
    const bare = (_: unknown, { signal }: RequestInit) =>
      new Promise<Response>((_, reject) => {
        signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      });
    t.mock.method(globalThis, 'fetch', bare);
    await assert.rejects(api.deleteAuthToken({ timeout: 10 }), { message: 'Timeout of 10ms exceeded' });
  });

  test('nothing is left behind on a long-lived signal', async () => {
    server.answer = answer;
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = function (this: AbortSignal, ...args: unknown[]) {
      listeners++;
      return Reflect.apply(addEventListener, this, args);
    };
    signal.removeEventListener = function (this: AbortSignal, ...args: unknown[]) {
      listeners--;
      return Reflect.apply(removeEventListener, this, args);
    };
    for (let i = 0; i < 3; i++) await api.deleteAuthToken({ signal });
    assert.equal(listeners, 0);
  });

  test('a refused connection has the platform’s code on top', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    for (const host of ['127.0.0.1', 'localhost']) {
      client.basePath = `http://${host}:${port}`;
      await assert.rejects(api.deleteAuthToken(), (error: NodeJS.ErrnoException) => {
        assert.equal(error.code, 'ECONNREFUSED');
        assert.match(error.message, /ECONNREFUSED/);
        assert.equal(error.syscall, 'connect');
        assert.ok(error.cause);
        assert.ok(!('crossDomain' in error));
        return true;
      });
    }
  });

  test('a port fetch refuses by itself is a refused connection too', async () => {
    client.basePath = 'http://127.0.0.1:1';
    await assert.rejects(api.deleteAuthToken(), {
      code: 'ECONNREFUSED',
      message: /^connect ECONNREFUSED.*this port/,
    });
  });

  test('an unresolvable name too', async () => {
    client.basePath = 'http://no-such-host.invalid';
    await assert.rejects(api.deleteAuthToken(), (error: NodeJS.ErrnoException) => {
      // a machine without any resolver says EAI_AGAIN
      assert.match(error.code ?? '', /^(ENOTFOUND|EAI_AGAIN)$/);
      return true;
    });
  });

  test('a broken connection is an error with a code', async () => {
    client.basePath = server.url;
    server.answer = { hangUp: true };
    await assert.rejects(
      api.deleteAuthToken(),
      (error: NodeJS.ErrnoException) => typeof error.code === 'string',
    );
  });

  test('a basePath that makes no URL is named', async () => {
    for (const basePath of ['localhost:8420', 'example.com', 'ftp://example.com']) {
      client.basePath = basePath;
      await assert.rejects(api.deleteAuthToken(), {
        code: 'ERR_INVALID_URL',
        message: `Not an address: ${basePath}/v4/auth-tokens/ (basePath begins with https:// or http://)`,
      });
    }
    client.basePath = 'http://in valid';
    await assert.rejects(api.deleteAuthToken(), { code: 'ERR_INVALID_URL' });
  });
});
