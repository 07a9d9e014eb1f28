import assert from 'node:assert/strict';
import { after, beforeEach, suite, test } from 'node:test';
import { startRecordingServer } from '../test/recording-server.ts';
import {
  ApiClient,
  AuthTokensApi,
  nextCursor,
  UsersApi,
  V4AuthToken,
  V4AuthTokenEnded,
  V4AuthTokenLastUsed,
  V4DeletedAuthTokens,
} from './members.ts';

const email = 'a+b@x.de';
const used = { time: '2030-01-01T00:00:00Z', ip: '::1', activity: null, user_agent: 'curl' };
const ended = { time: '2030-01-02T00:00:00Z', cause: 'logout', actor: 'u', request_id: null };
const living = {
  id: 'i',
  name: null,
  created: 'c',
  expiry: 'e',
  scopes: ['*'],
  current: true,
  last_used: used,
};

suite('tokens one can manage', async () => {
  const server = await startRecordingServer();
  const client = new ApiClient();
  client.basePath = server.url;
  const api = new AuthTokensApi(client);
  after(() => server[Symbol.asyncDispose]());
  beforeEach(() => {
    server.requests = [];
  });

  test('lists are asked for page by page, and their entries are models down to the leaves', async () => {
    server.answer = { body: [living, { ...living, last_used: null }] };
    const [first, second] = await api.getAuthTokens({ limit: 2, cursor: 'a/b+c', xRequestID: 'r' });
    assert.equal(server.last.method, 'GET');
    assert.equal(server.last.url, '/v4/auth-tokens/?limit=2&cursor=a%2Fb%2Bc');
    assert.equal(server.last.headers['x-request-id'], 'r');
    assert.ok(first instanceof V4AuthToken && first.last_used instanceof V4AuthTokenLastUsed);
    assert.equal(first.lastUsed?.userAgent, 'curl');
    assert.equal(second?.last_used, null);
    await api.getUserAuthTokens(email);
    assert.equal(server.last.url, '/v4/users/a%2Bb%40x.de/auth-tokens/');
    await new UsersApi(client).getUsers('giantswarm x', { limit: 5 });
    assert.equal(server.last.url, '/v4/users/?limit=5');
  });

  test('one token is asked for and ended by its id', async () => {
    server.answer = { body: { ...living, ended } };
    const token = await api.getAuthToken('0123abc');
    assert.equal(server.last.url, '/v4/auth-tokens/0123abc/');
    assert.ok(token.ended instanceof V4AuthTokenEnded);
    assert.equal(token.ended.requestId, null);
    server.answer = { body: { code: 'RESOURCE_DELETED', message: 'm' } };
    await api.deleteAuthTokenById('0123abc');
    assert.deepEqual([server.last.method, server.last.url], ['DELETE', '/v4/auth-tokens/0123abc/']);
    assert.throws(
      () => api.getAuthToken(undefined as never),
      /Missing the required parameter 'id' when calling getAuthToken/,
    );
    assert.throws(() => api.deleteAuthTokenById(null as never), /Missing the required parameter 'id'/);
  });

  test('a dot for an id or an e-mail asks nothing of the service: it would end or list one’s own', () => {
    for (const dots of ['.', '..']) {
      assert.throws(
        () => api.deleteAuthTokenById(dots),
        /The parameter 'id' must not be '\.\.?' when calling/,
      );
      assert.throws(() => api.deleteUserAuthTokens(dots), /The parameter 'email' must not be/);
      assert.throws(() => api.getUserAuthTokens(dots), /The parameter 'email' must not be/);
    }
    assert.deepEqual(server.requests, []);
  });

  test('many are ended at once, and the answer says how many', async () => {
    server.answer = { body: { code: 'RESOURCE_DELETED', message: 'm', count: 3 } };
    const answer = await api.deleteUserAuthTokens(email, { except: 'current' });
    assert.ok(answer instanceof V4DeletedAuthTokens);
    assert.equal(answer.count, 3);
    assert.deepEqual(
      [server.last.method, server.last.url],
      ['DELETE', '/v4/users/a%2Bb%40x.de/auth-tokens/?except=current'],
    );
  });

  test('the next page stands in the Link header', async () => {
    server.answer = { body: [], headers: { Link: '</v4/users/?limit=1&cursor=YQ.Yg%3D>; rel="next"' } };
    const { response } = await api.getAuthTokensWithHttpInfo();
    assert.equal(nextCursor(response), 'YQ.Yg=');
    server.answer = { body: [] };
    assert.equal(nextCursor((await api.getAuthTokensWithHttpInfo()).response), undefined);
  });
});
