import assert from 'node:assert/strict';
import { after, beforeEach, suite, test } from 'node:test';
import { startRecordingServer } from '../test/recording-server.ts';
import {
  ApiClient,
  InfoApi,
  UsersApi,
  V4GenericResponse,
  V4InfoResponse,
  V4UserListItem,
} from './members.ts';

const user = { email: 'ada@example.com', created: '2026-01-01T00:00:00Z', expiry: '0001-01-01T00:00:00Z' };
const generic = { code: 'RESOURCE_UPDATED', message: 'Done.' };
const info = {
  general: { installation_name: 'hive', provider: 'guardbee', availability_zones: { max: 1, default: 1 } },
  workers: { count_per_cluster: { max: null, default: 3 } },
};
const email = 'a+b@x.de';
const path = '/v4/users/a%2Bb%40x.de/';
const password = { current_password_base64: 'YQ==', new_password_base64: 'Yg==' };

/** Operation, arguments without authorization and options, what must arrive, what is answered, what comes out. */
const operations = [
  ['getUsers', [], 'GET', '/v4/users/', '', 200, [user, user], [V4UserListItem]],
  ['getCurrentUser', [], 'GET', '/v4/user/', '', 200, user, V4UserListItem],
  ['getUser', [email], 'GET', path, '', 200, user, V4UserListItem],
  [
    'createUser',
    [email, { password: 'YQ==' }],
    'PUT',
    path,
    '{"password":"YQ=="}',
    201,
    generic,
    V4GenericResponse,
  ],
  ['modifyUser', [email, { expiry: 'e' }], 'PATCH', path, '{"expiry":"e"}', 200, user, V4UserListItem],
  ['deleteUser', [email], 'DELETE', path, '', 200, generic, V4GenericResponse],
  [
    'modifyPassword',
    [email, password],
    'POST',
    `${path}password/`,
    JSON.stringify(password),
    202,
    generic,
    V4GenericResponse,
  ],
  ['getInfo', [], 'GET', '/v4/info/', '', 200, info, V4InfoResponse],
] as const;

// biome-ignore lint/suspicious/noExplicitAny: each operation by its name
type AnyMethod = (...args: unknown[]) => any;

suite('UsersApi and InfoApi', async () => {
  const server = await startRecordingServer();
  const client = new ApiClient();
  client.basePath = server.url;
  Object.assign(client.authentications.AuthorizationHeaderToken, {
    apiKey: 'key',
    apiKeyPrefix: 'giantswarm',
  });
  after(() => server[Symbol.asyncDispose]());
  beforeEach(() => {
    server.requests = [];
  });

  for (const [name, args, method, url, body, status, answer, type] of operations) {
    const api = new (name === 'getInfo' ? InfoApi : UsersApi)(client);
    const call = (operation: string, ...values: unknown[]) =>
      (api as unknown as Record<string, AnyMethod>)[operation]?.(...values);

    test(`${name}: ${method} ${url}, in both generations, each with its twin`, async () => {
      server.answer = { status, body: answer };
      const opts = { xRequestID: 'r' };
      const data = await call(name, ...args, opts);
      const older = await call(name, 'giantswarm mine', ...args, opts);
      const { data: twin, response } = await call(`${name}WithHttpInfo`, ...args, opts);
      const olderTwin = await call(`${name}WithHttpInfo`, 'giantswarm mine', ...args);
      assert.equal(response.status, status);
      for (const one of [data, older, twin, olderTwin.data]) {
        const item = Array.isArray(one) ? one[1] : one;
        assert.ok(item instanceof ('length' in type && Array.isArray(type) ? type[0] : type));
        assert.deepEqual(JSON.parse(JSON.stringify(one)), answer);
      }
      assert.equal(server.requests.length, 4);
      for (const request of server.requests) {
        assert.deepEqual([request.method, request.url, request.body], [method, url, body]);
      }
      const authorizations = server.requests.map(({ headers }) => headers.authorization);
      assert.deepEqual(authorizations, [
        'giantswarm key',
        'giantswarm mine',
        'giantswarm key',
        'giantswarm mine',
      ]);
      assert.equal(server.requests[0]?.headers['x-request-id'], 'r');
    });

    if (args.length > 0) {
      test(`${name} throws at once when an argument is missing`, () => {
        const last = args.length === 1 ? 'email' : 'body';
        assert.throws(() => call(name, ...args.slice(0, -1)), {
          message: `Missing the required parameter '${last}' when calling ${name}`,
        });
      });
    }
  }

  test('the aliases of a password change are sent by their wire names', async () => {
    server.answer = { status: 202, body: generic };
    const api = new UsersApi(client);
    await api.modifyPassword(email, { currentPasswordBase64: 'YQ==', newPasswordBase64: 'Yg==' });
    assert.deepEqual(JSON.parse(server.last.body), password);
  });

  test('the parts of the info are models with aliases', async () => {
    server.answer = { body: info };
    const { general, workers } = await new InfoApi(client).getInfo();
    assert.equal(general?.installationName, 'hive');
    assert.equal(general?.availabilityZones?.max, 1);
    assert.deepEqual({ ...workers?.countPerCluster }, { max: null, default: 3 });
  });
});
