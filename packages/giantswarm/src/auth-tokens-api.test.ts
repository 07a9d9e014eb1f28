import assert from 'node:assert/strict';
import { after, beforeEach, suite, test } from 'node:test';
import { startRecordingServer } from '../test/recording-server.ts';
import { ApiClient, AuthTokensApi, V4CreateAuthTokenRequest, V4CreateAuthTokenResponse } from './members.ts';

suite('AuthTokensApi', async () => {
  const server = await startRecordingServer();
  let client: ApiClient;
  let api: AuthTokensApi;
  after(() => server[Symbol.asyncDispose]());
  beforeEach(() => {
    client = new ApiClient();
    client.basePath = server.url;
    api = new AuthTokensApi(client);
    server.requests = [];
    server.answer = { body: { auth_token: 'tok', code: 'RESOURCE_DELETED', message: 'm' } };
  });

  test('a login is POST /v4/auth-tokens/ with the model as JSON', async () => {
    const body = new V4CreateAuthTokenRequest();
    body.email = 'ada@example.com';
    body.password_base64 = 'c2VjcmV0';
    const data = await api.createAuthToken(body, {
      xRequestID: 'r1',
      xGiantSwarmActivity: 'a',
      xGiantSwarmCmdLine: 'c',
    });
    assert.ok(data instanceof V4CreateAuthTokenResponse);
    assert.equal(data.auth_token, 'tok');
    assert.equal(server.last.method, 'POST');
    assert.equal(server.last.url, '/v4/auth-tokens/');
    assert.equal(server.last.body, '{"email":"ada@example.com","password_base64":"c2VjcmV0"}');
    const { headers } = server.last;
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers.accept, 'application/json');
    assert.equal(headers['x-request-id'], 'r1');
    assert.equal(headers['x-giant-swarm-activity'], 'a');
    assert.equal(headers['x-giant-swarm-cmdline'], 'c');
    assert.equal(headers.authorization, undefined);
  });

  for (const [what, body] of [
    ['plain object', { email: 'a@b.de', password_base64: 'cA==' }],
    ['plain object with aliases', { email: 'a@b.de', passwordBase64: 'cA==' }],
    ['object with both spellings', { passwordBase64: 'WA==', email: 'a@b.de', password_base64: 'cA==' }],
    [
      'model filled through its alias',
      Object.assign(new V4CreateAuthTokenRequest(), { email: 'a@b.de', passwordBase64: 'cA==' }),
    ],
    [
      'model from aliases',
      V4CreateAuthTokenRequest.constructFromObject({ email: 'a@b.de', passwordBase64: 'cA==' }),
    ],
  ] as const) {
    test(`a body may be a ${what}`, async () => {
      await api.createAuthToken(body);
      assert.deepEqual(JSON.parse(server.last.body), { email: 'a@b.de', password_base64: 'cA==' });
      assert.equal(server.last.body.match(/password/g)?.length, 1);
    });
  }

  test('a raw string is sent as it is', async () => {
    await api.createAuthToken(' {"email": "x"} ');
    assert.equal(server.last.body, ' {"email": "x"} ');
    assert.equal(server.last.headers['content-type'], 'application/json');
  });

  test('a caller’s object is never changed', async () => {
    const body = Object.freeze({ email: 'a@b.de', passwordBase64: 'cA==' });
    await api.createAuthToken(body);
    assert.deepEqual(body, { email: 'a@b.de', passwordBase64: 'cA==' });
  });

  test('null and undefined options are left out', async () => {
    await api.createAuthToken('{}', { xRequestID: null, xGiantSwarmActivity: undefined });
    await api.createAuthToken('{}', null);
    for (const { headers } of server.requests) {
      assert.deepEqual(
        Object.keys(headers).filter((name) => name.startsWith('x-')),
        [],
      );
    }
  });

  test('a missing body throws at once', () => {
    for (const method of ['createAuthToken', 'createAuthTokenWithHttpInfo'] as const) {
      for (const body of [undefined, null] as never[]) {
        assert.throws(() => api[method](body), {
          constructor: Error,
          message: "Missing the required parameter 'body' when calling createAuthToken",
        });
      }
    }
    assert.equal(server.requests.length, 0);
  });

  test('a logout is DELETE /v4/auth-tokens/ without a body', async () => {
    client.authentications.AuthorizationHeaderToken.apiKey = 'tok';
    const { data, response } = await api.deleteAuthTokenWithHttpInfo();
    assert.deepEqual({ ...data }, { message: 'm', code: 'RESOURCE_DELETED' });
    assert.equal(response.status, 200);
    assert.equal(server.last.method, 'DELETE');
    assert.equal(server.last.url, '/v4/auth-tokens/');
    assert.equal(server.last.body, '');
    assert.equal(server.last.headers['content-type'], 'application/json');
    assert.equal(server.last.headers.authorization, 'tok');
  });

  test('a string first argument is the whole header and wins over the apiKey', async () => {
    Object.assign(client.authentications.AuthorizationHeaderToken, {
      apiKey: 'other',
      apiKeyPrefix: 'Token',
    });
    client.defaultHeaders.authorization = 'default';
    await api.deleteAuthToken('giantswarm mine', { xRequestID: 'r2' });
    assert.equal(server.last.headers.authorization, 'giantswarm mine');
    assert.equal(server.last.headers['x-request-id'], 'r2');
    await api.deleteAuthToken('');
    assert.equal(server.last.headers.authorization, '', 'an empty one never falls back to another token');
  });

  test('without one the apiKey is used, and options may come first', async () => {
    Object.assign(client.authentications.AuthorizationHeaderToken, {
      apiKey: 'mine',
      apiKeyPrefix: 'giantswarm',
    });
    await api.deleteAuthToken({ xRequestID: 'r3' });
    assert.equal(server.last.headers.authorization, 'giantswarm mine');
    assert.equal(server.last.headers['x-request-id'], 'r3');
    await api.deleteAuthToken(null);
    assert.equal(server.last.headers.authorization, 'giantswarm mine');
  });

  test('a forgotten authorization is not replaced by the apiKey', () => {
    client.authentications.AuthorizationHeaderToken.apiKey = 'somebody else’s';
    assert.throws(() => api.deleteAuthToken(undefined as never, {}), {
      message: "Missing the required parameter 'authorization' when calling deleteAuthToken",
    });
  });

  test('the plain methods go through their …WithHttpInfo twins', async () => {
    api.deleteAuthTokenWithHttpInfo = async () => ({ data: { code: 'STUB' }, response: {} as never });
    assert.deepEqual(await api.deleteAuthToken('x'), { code: 'STUB' });
  });

  test('new AuthTokensApi() takes the instance of that moment, and its client may be replaced', async () => {
    const before = ApiClient.instance;
    try {
      ApiClient.instance = client;
      const other = new AuthTokensApi();
      assert.equal(other.apiClient, client);
      const replacement = new ApiClient();
      replacement.basePath = `${server.url}/elsewhere`;
      other.apiClient = replacement;
      await other.deleteAuthToken();
      assert.equal(server.last.url, '/elsewhere/v4/auth-tokens/');
    } finally {
      ApiClient.instance = before;
    }
  });
});
