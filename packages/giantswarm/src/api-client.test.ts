import assert from 'node:assert/strict';
import { after, beforeEach, suite, test } from 'node:test';
import fc from 'fast-check';
import { startRecordingServer } from '../test/recording-server.ts';
import { ApiClient, AuthTokensApi, V4GenericResponse } from './members.ts';

const json = ['application/json'];

suite('ApiClient', async () => {
  const server = await startRecordingServer();
  let client: ApiClient;
  after(() => server[Symbol.asyncDispose]());
  beforeEach(() => {
    client = new ApiClient();
    client.basePath = server.url;
    server.requests = [];
    server.answer = { body: { code: 'C', message: 'M' } };
  });
  const call = (method = 'GET', headers = {}, query = {}, returnType: never = V4GenericResponse as never) =>
    client.callApi(
      '/v4/x',
      method,
      {},
      query,
      headers,
      {},
      null,
      ['AuthorizationHeaderToken'],
      json,
      json,
      returnType,
    );

  test('has the documented defaults', () => {
    assert.deepEqual(
      { ...new ApiClient() },
      {
        basePath: 'https://localhost',
        authentications: {
          AuthorizationHeaderToken: { type: 'apiKey', in: 'header', name: 'Authorization' },
        },
        defaultHeaders: {},
        timeout: 60000,
        cache: true,
        enableCookies: false,
      },
    );
    assert.ok(ApiClient.instance instanceof ApiClient);
    assert.notEqual(new ApiClient().authentications, ApiClient.instance.authentications);
  });

  test('an apiKey is sent with its prefix, bare without one, and not at all when falsy', async () => {
    const auth = client.authentications.AuthorizationHeaderToken;
    for (const [apiKey, apiKeyPrefix, expected] of [
      ['k', 'giantswarm', 'giantswarm k'],
      ['k', undefined, 'k'],
      ['k', null, 'k'],
      ['', 'giantswarm', undefined],
      [null, 'giantswarm', undefined],
    ] as const) {
      Object.assign(auth, { apiKey, apiKeyPrefix });
      await call();
      assert.equal(server.last.headers.authorization, expected);
    }
  });

  test('basic and oauth2 authenticate too, an apiKey may stand in the query', async () => {
    client.authentications = {
      AuthorizationHeaderToken: { type: 'basic', username: 'ä', password: 'p:w' } as never,
    };
    await call();
    const basic = Buffer.from('ä:p:w').toString('base64');
    assert.equal(server.last.headers.authorization, `Basic ${basic}`);
    client.authentications.AuthorizationHeaderToken = { type: 'oauth2', accessToken: 't' } as never;
    await call();
    assert.equal(server.last.headers.authorization, 'Bearer t');
    client.authentications.AuthorizationHeaderToken = {
      type: 'apiKey',
      in: 'query',
      name: 'k',
      apiKey: 'a b',
    };
    await call();
    assert.equal(server.last.url, '/v4/x?k=a+b');
    assert.equal(server.last.headers.authorization, undefined);
  });

  test('an unknown authentication type throws at once', () => {
    client.authentications.AuthorizationHeaderToken = { type: 'digest' } as never;
    assert.throws(() => call(), { message: 'Unknown authentication type: digest' });
  });

  test('headers: apiKey < defaultHeaders < per call, whatever the case of their names', async () => {
    client.authentications.AuthorizationHeaderToken.apiKey = 'key';
    client.defaultHeaders = {
      AUTHORIZATION: 'default',
      'X-One': 'default',
      'X-Two': 'default',
      'X-None': undefined,
    };
    await call('GET', { 'x-one': 'call' });
    const { headers } = server.last;
    assert.equal(headers.authorization, 'default');
    assert.equal(headers['x-one'], 'call');
    assert.equal(headers['x-two'], 'default');
    assert.ok(!('x-none' in headers));
    await call('GET', { authorization: 'call' });
    assert.equal(server.last.headers.authorization, 'call');
  });

  test('a call that names no content type: ours < defaultHeaders < per call; one that names it has it', async () => {
    const send = async (headers: object, contentTypes: string[] = []) => {
      await client.callApi('/x', 'POST', {}, {}, { ...headers }, {}, 'a: 1', [], contentTypes, json, null);
      assert.equal(server.last.body, 'a: 1');
      return server.last.headers['content-type'];
    };
    assert.equal(await send({}), 'application/json');
    client.defaultHeaders = { 'CONTENT-TYPE': 'text/default' };
    assert.equal(await send({}), 'text/default');
    assert.equal(await send({ 'content-Type': 'text/call' }), 'text/call');
    assert.equal(await send({ 'Content-Type': null }), 'text/default');
    assert.equal(await send({ 'Content-Type': 'text/call' }, ['text/named']), 'text/named');
  });

  test('a header value HTTP does not allow is refused without being quoted', async () => {
    for (const value of ['secret\nX-Evil: 1', 'secret\u2713', 'secret\0']) {
      await assert.rejects(call('GET', { 'X-Giant-Swarm-CmdLine': value }), (error: Error) => {
        assert.match(error.message, /x-giant-swarm-cmdline/);
        assert.doesNotMatch(error.message + error.stack, /secret/);
        return true;
      });
    }
    assert.equal(server.requests.length, 0);
    await call('GET', { 'X-Giant-Swarm-CmdLine': 'gsctl \u00fc\t' });
    assert.equal(server.last.headers['x-giant-swarm-cmdline'], 'gsctl \u00fc');
  });

  test('cache = false adds the time to GETs only', async () => {
    client.cache = false;
    const before = Date.now();
    const query = Object.freeze({ a: [1, 2], b: null, c: 'x y' });
    await call('get', {}, query);
    const sent = new URL(server.last.url, server.url).searchParams;
    const stamp = Number(sent.get('_'));
    assert.ok(stamp >= before && stamp <= Date.now());
    assert.deepEqual(sent.getAll('a'), ['1', '2']);
    assert.equal(sent.get('c'), 'x y');
    assert.ok(!sent.has('b'));
    await call('DELETE');
    assert.equal(server.last.url, '/v4/x');
  });

  test('enableCookies is refused where fetch keeps no cookies', async () => {
    client.enableCookies = true;
    await assert.rejects(call(), /^Error: enableCookies works in browsers only/);
    assert.equal(server.requests.length, 0);
  });

  test('a replacement of callApi sees every call and may add headers', async () => {
    const original = client.callApi;
    const seen: unknown[][] = [];
    const api = new AuthTokensApi(client);
    client.callApi = function (this: ApiClient, ...args: Parameters<typeof original>) {
      seen.push(args);
      args[4]['X-Added'] = 'yes';
      return original.apply(this, args);
    } as typeof original;
    await api.createAuthToken('{}');
    assert.equal(server.last.headers['x-added'], 'yes');
    assert.equal(seen[0]?.length, 11);
    assert.deepEqual(seen[0]?.slice(0, 4), ['/v4/auth-tokens/', 'POST', {}, {}]);
    assert.deepEqual(seen[0]?.slice(5, 10), [{}, '{}', ['AuthorizationHeaderToken'], json, json]);
    client.callApi = original;
    await api.createAuthToken('{}');
    assert.equal(server.last.headers['x-added'], undefined);
  });

  test('overridden parts are used: buildUrl, applyAuthToRequest, deserialize, paramToString', async () => {
    client.buildUrl = () => `${server.url}/built`;
    client.applyAuthToRequest = (request) => void request.set('Authorization', 'mine');
    client.deserialize = () => 'deserialized';
    client.paramToString = () => 'text';
    const { data } = await call('GET', { 'X-A': 1 });
    assert.equal(data, 'deserialized');
    assert.equal(server.last.url, '/built');
    assert.equal(server.last.headers.authorization, 'mine');
    assert.equal(server.last.headers['x-a'], 'text');
  });

  test('forms are sent url-encoded or as multipart', async () => {
    const form = { a: 'x y', list: [1, 2], none: null };
    const send = (type: string, params: object) =>
      client.callApi('/f', 'POST', {}, {}, {}, params as never, null, [], [type], json, null);
    await send('application/x-www-form-urlencoded', form);
    assert.equal(server.last.body, 'a=x+y&list=1&list=2');
    assert.equal(server.last.headers['content-type'], 'application/x-www-form-urlencoded');
    await send('multipart/form-data', { ...form, file: new Blob(['hi']), bytes: Buffer.from('yo') });
    assert.match(server.last.headers['content-type'] ?? '', /^multipart\/form-data; ?boundary=/);
    for (const part of ['x y', 'hi', 'yo']) assert.ok(server.last.body.includes(`\r\n\r\n${part}\r\n`));
  });

  test('a function or an ES5 class may inherit by ApiClient.call(this)', async () => {
    const Old = function (this: ApiClient) {
      (ApiClient as unknown as (this: ApiClient) => void).call(this);
      this.basePath = server.url;
    } as unknown as typeof ApiClient;
    Old.prototype = Object.create(ApiClient.prototype);
    const old = new Old();
    assert.ok(old instanceof ApiClient);
    await new AuthTokensApi(old).createAuthToken('{}');
    assert.equal(server.requests.length, 1);
    assert.equal(new ApiClient().constructor, ApiClient);
  });

  test('buildUrl replaces what it knows and encodes the rest', () => {
    client.basePath = 'https://h';
    assert.equal(client.buildUrl('v4/x', {}), 'https://h/v4/x');
    assert.equal(
      client.buildUrl('/u/{email}/{a-b}/', { email: 'a+b@x.de', 'a-b': null }),
      'https://h/u/a%2Bb%40x.de//',
    );
    assert.equal(client.buildUrl('/u/{key}/', {}), 'https://h/u/%7Bkey%7D/');
    assert.equal(client.buildUrl('/u/{toString}/', {}), 'https://h/u/%7BtoString%7D/');
    fc.assert(
      fc.property(fc.string(), (value) => {
        const path = client.buildUrl('/u/{v}/', { v: value }).slice('https://h/u/'.length, -1);
        assert.equal(decodeURIComponent(path), value);
        assert.doesNotMatch(path, /[/?#\s]/);
      }),
    );
  });

  test('JSON types are recognised and preferred', () => {
    for (const type of [
      'application/json',
      'application/json; charset=UTF8',
      'APPLICATION/JSON',
      'application/json ;a=b',
    ]) {
      assert.equal(client.isJsonMime(type), true, type);
    }
    for (const type of ['application/jsonp', 'text/json', 'application/problem+json', '', null, undefined]) {
      assert.equal(client.isJsonMime(type), false, String(type));
    }
    assert.equal(client.jsonPreferredMime(['text/html', 'Application/JSON']), 'Application/JSON');
    assert.equal(client.jsonPreferredMime(['text/html', 'text/plain']), 'text/html');
    assert.equal(client.jsonPreferredMime([]), undefined);
  });

  test('deserialize gives null for 204 or no type, the text where there is no body', () => {
    const response = { status: 200, body: { code: 'C' }, text: '{"code":"C"}' };
    assert.equal(client.deserialize(null, V4GenericResponse), null);
    assert.equal(client.deserialize(response, null), null);
    assert.equal(client.deserialize({ ...response, status: 204 }, V4GenericResponse), null);
    assert.deepEqual({ ...client.deserialize(response, V4GenericResponse) }, { code: 'C' });
    assert.equal(client.deserialize({ ...response, body: {}, text: 'plain' }, 'String'), 'plain');
    assert.equal(client.deserialize({ ...response, body: null, text: '7' }, 'Integer'), 7);
    assert.deepEqual(client.deserialize({ ...response, body: [], text: '[]' }, ['String']), []);
    assert.equal(client.deserialize({ ...response, body: {}, text: '' }, V4GenericResponse), undefined);
    assert.equal(client.deserialize({ ...response, body: 0, text: '0' }, 'Number'), 0);
  });
});
