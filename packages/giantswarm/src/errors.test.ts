import assert from 'node:assert/strict';
import { STATUS_CODES } from 'node:http';
import { after, suite, test } from 'node:test';
import { inspect } from 'node:util';
import { type Answer, startRecordingServer } from '../test/recording-server.ts';
import type { ApiResponse } from './api-response.ts';
import { ApiClient, ApiError, AuthTokensApi, isApiError, UsersApi, V4GenericResponse } from './members.ts';

suite('results and failures', async () => {
  const server = await startRecordingServer();
  after(() => server[Symbol.asyncDispose]());
  const client = new ApiClient();
  client.basePath = server.url;
  const api = new AuthTokensApi(client);
  const failure = async (answer: Answer, call = () => api.deleteAuthToken() as Promise<unknown>) => {
    server.answer = answer;
    return call().then(
      () => assert.fail('it resolved'),
      // biome-ignore lint/suspicious/noExplicitAny: anything may be thrown
      (error) => error as any,
    );
  };
  const result = (answer: Answer) => {
    server.answer = answer;
    return api.deleteAuthToken();
  };

  test('2xx JSON resolves the model without unknown keys', async () => {
    const data = await result({ body: { code: 'C', more: 1 } });
    assert.ok(data instanceof V4GenericResponse);
    assert.deepEqual({ ...data }, { code: 'C' });
    assert.deepEqual({ ...(await result({ status: 202, body: { code: 'D' } })) }, { code: 'D' });
    const body = '{"code":"E"}';
    const typed = { headers: { 'Content-Type': 'application/json; charset=utf-8' }, body };
    assert.deepEqual({ ...(await result(typed)) }, { code: 'E' });
    assert.deepEqual({ ...(await result({ body: {} })) }, {});
  });

  test('2xx with an empty body resolves undefined, 204 null', async () => {
    assert.equal(await result({ status: 200 }), undefined);
    assert.equal(await result({ status: 200, headers: { 'Content-Type': 'application/json' } }), undefined);
    assert.equal(await result({ status: 204 }), null);
    server.answer = {};
    assert.equal(await new UsersApi(client).getUsers(), undefined);
  });

  test('a refusal rejects with the status text, status and response', async () => {
    const body = { code: 'TOO_MANY_REQUESTS', message: 'Slow down.' };
    const headers = {
      'X-Request-ID': 'r1',
      'Retry-After': '7',
      'Content-Type': 'application/json; charset=utf-8',
    };
    const error = await failure({ status: 429, headers, body });
    assert.ok(error instanceof Error && error instanceof ApiError && isApiError(error));
    assert.equal(String(error), 'Error: Too Many Requests');
    assert.equal(error.status, 429);
    assert.equal(error.code, 'TOO_MANY_REQUESTS');
    assert.equal(error.requestId, 'r1');
    assert.equal(error.retryAfter, 7);
    const { response } = error;
    assert.equal(response.status, 429);
    assert.equal(response.type, 'application/json');
    assert.deepEqual(response.body, body);
    assert.equal(response.text, JSON.stringify(body));
    assert.equal(response.headers['x-request-id'], 'r1');
    assert.equal(response.get('X-REQUEST-ID'), 'r1');
    assert.equal(response.ok, false);
    const logged = inspect(error);
    for (const part of ['Too Many Requests', 'TOO_MANY_REQUESTS', 'Slow down.', "'retry-after': '7'"]) {
      assert.ok(logged.includes(part), logged);
    }
  });

  test('a refusal without a readable body has the body {}', async () => {
    for (const answer of [
      { status: 502, body: '<h1>Bad Gateway</h1>' },
      { status: 502 },
      { status: 502, body: '{"code":', headers: { 'Content-Type': 'application/json' } },
    ]) {
      const error = await failure(answer);
      assert.equal(error.message, 'Bad Gateway');
      assert.deepEqual(error.response.body, {});
      assert.equal(error.response.text, answer.body ?? '');
      assert.equal(error.code, undefined);
      assert.equal(error.retryAfter, undefined);
    }
    const typed = { 'Content-Type': 'application/json' };
    for (const body of ['null', '"x"', '{"code":5}']) {
      const odd = await failure({ status: 400, body, headers: typed });
      assert.ok(odd instanceof ApiError);
      assert.equal(odd.code, undefined);
    }
  });

  test('Retry-After is seconds or a date, by the service’s clock', async () => {
    const wait = async (retryAfter: string, date?: string) => {
      const headers = { 'Retry-After': retryAfter, ...(date ? { Date: date } : {}) };
      return (await failure({ status: 503, headers })).retryAfter;
    };
    assert.equal(await wait('0'), 0);
    assert.equal(await wait('Wed, 21 Oct 2015 07:28:30 GMT', 'Wed, 21 Oct 2015 07:28:00 GMT'), 30);
    assert.equal(await wait('Wed, 21 Oct 2015 07:27:00 GMT', 'Wed, 21 Oct 2015 07:28:00 GMT'), 0);
    assert.equal(await wait('soon'), undefined);
  });

  test('invalid JSON on 2xx is a SyntaxError, its text kept out of logs', async () => {
    const body = '{"auth_token":"secret"';
    const error = await failure({ body, headers: { 'Content-Type': 'application/json' } });
    assert.ok(error instanceof SyntaxError);
    assert.equal((error as { rawResponse?: string }).rawResponse, body);
    assert.equal((error as { statusCode?: number }).statusCode, 200);
    assert.doesNotMatch(JSON.stringify(error) + error.stack, /secret/);
  });

  test('a 2xx that is not what was promised never looks like a result', async () => {
    const typed = { 'Content-Type': 'application/json' };
    for (const [answer, message] of [
      [
        { body: '<html>Please log in</html>', headers: { 'Content-Type': 'text/html' } },
        /text\/html instead of JSON/,
      ],
      [{ body: '{"code":"C"}', headers: { 'Content-Type': '' } }, /instead of JSON/],
      [{ body: 'null', headers: typed }, /not an object/],
      [{ body: '[]', headers: typed }, /not an object/],
      [{ body: '"x"', headers: typed }, /not an object/],
    ] as const) {
      const error = await failure(answer);
      assert.match(error.message, message);
      assert.equal(error.code, 'ERR_UNEXPECTED_RESPONSE');
      assert.equal(error.status, 200);
      assert.equal(error.response.text, answer.body);
      assert.equal(isApiError(error), false);
    }
    const list = await failure({ body: {} }, () => new UsersApi(client).getUsers());
    assert.match(list.message, /not a list/);
  });

  test('a redirect never turns a POST or DELETE into a GET', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      for (const call of [() => api.createAuthToken('{}'), () => api.deleteAuthToken('t')]) {
        server.requests = [];
        const error = await failure({ status, headers: { Location: '/elsewhere' } }, call);
        assert.match(error.message, /redirects this call to \/elsewhere/);
        assert.equal(error.status, status);
        assert.equal(error.code, 'ERR_UNEXPECTED_RESPONSE');
        assert.equal(server.requests.length, 1);
      }
    }
  });

  test('a GET follows redirects, and takes its token to no other origin', async () => {
    await using other = await startRecordingServer({ body: { email: 'a@b.de' } });
    server.answer = ({ url }) =>
      url === '/v4/user/' ? { status: 302, headers: { Location: '/moved' } } : { body: { email: 'a@b.de' } };
    assert.equal((await new UsersApi(client).getCurrentUser('giantswarm t')).email, 'a@b.de');
    assert.equal(server.last.headers.authorization, 'giantswarm t');
    server.answer = { status: 302, headers: { Location: `${other.url}/v4/user/` } };
    await new UsersApi(client).getCurrentUser('giantswarm t');
    assert.equal(other.last.headers.authorization, undefined);
  });

  test('simple return types take the text or the bytes', async () => {
    const get = (returnType: never) =>
      client.callApi('/x', 'GET', {}, {}, {}, {}, null, [], [], [], returnType).then(({ data }) => data);
    server.answer = { body: { a: 1 } };
    assert.equal(await get('String' as never), '{"a":1}');
    assert.equal(await ((await get('Blob' as never)) as Blob).text(), '{"a":1}');
    assert.deepEqual(await get(Object as never), { a: 1 });
    assert.equal(await get(null as never), null);
    server.answer = { body: 'plain' };
    assert.equal(await get('String' as never), 'plain');
  });

  test('without a status text, as over HTTP/2, the message is the standard one', () => {
    const bare = { body: {}, headers: {}, get: () => undefined };
    const message = (status: number) => new ApiError({ ...bare, status } as unknown as ApiResponse).message;
    for (const status of [400, 401, 404, 409, 413, 429, 431, 500, 503]) {
      assert.equal(message(status), STATUS_CODES[status]);
    }
    assert.equal(message(599), 'Unsuccessful HTTP response');
  });

  test('isApiError knows refusals only', () => {
    for (const other of [new Error('x'), null, undefined, 'x', {}, { status: 401 }]) {
      assert.equal(isApiError(other), false);
    }
  });
});
