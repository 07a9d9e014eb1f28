import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TokenReview } from 'kubernetes-models/authentication.k8s.io/v1/TokenReview';
import * as oauth from 'oauth4webapi';
import { call } from '../http.ts';
import { ADMIN } from '../service.ts';
import { EventStream } from '../sse.ts';
import { admin, api, assertGeneric, idOf, login, newUser, PASSWORD, service } from '../walk.ts';

const introspectToken = () => login(ADMIN.email, ADMIN.password, { scopes: ['introspect'] });

function introspect(token: string, caller: string) {
  return api.call('POST', '/oauth2/introspect', {
    token: caller,
    body: new URLSearchParams({ token }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
}

describe('introspection (RFC 7662)', () => {
  test('tells of a living token who it is, what it may and until when', async () => {
    const caller = await introspectToken();
    const token = await newUser('asked@example.com', {
      scopes: ['orders:read', 'orders:write'],
      expiry: '2099-01-01T00:00:00.5Z',
    });
    await api.call('PATCH', '/v4/users/asked@example.com/', {
      token: admin,
      body: { groups: ['ops', 'dev', 'ops'] },
    });
    const { status, body } = await introspect(token, caller);
    const { iat, sub, jti, ...rest } = body;
    assert.equal(status, 200);
    assert.deepEqual(rest, {
      active: true,
      scope: 'orders:read orders:write',
      username: 'asked@example.com',
      token_type: 'Bearer',
      exp: Date.parse('2099-01-01T00:00:00Z') / 1000,
      groups: ['dev', 'ops'],
    });
    assert.ok(Math.abs(iat - Date.now() / 1000) < 60);
    assert.match(sub, /^[0-9a-z]{16}$/);
    assert.match(jti, /^[0-9a-z]{16}$/);
    await api.call('DELETE', '/v4/auth-tokens/', { token });
    assert.equal((await introspect(token, caller)).text, '{"active":false}');
  });

  test('of anything else it says exactly {"active":false}', async () => {
    const caller = await introspectToken();
    const ended = await newUser('ended@example.com');
    await api.call('DELETE', '/v4/auth-tokens/', { token: ended });
    for (const token of [
      ended,
      'junk',
      '',
      'guardbee_',
      `${caller}x`,
      `giantswarm ${caller}`,
      'ü'.repeat(50),
    ]) {
      assert.equal((await introspect(token, caller)).text, '{"active":false}', token);
    }
  });

  test('needs an administrator and the scope: neither a user, nor a narrow token, nor one who was demoted', async () => {
    const user = await newUser('curious@example.com');
    assertGeneric401(await introspect(user, user));
    assertGeneric401(
      await introspect(user, await login(ADMIN.email, ADMIN.password, { scopes: ['tokens'] })),
    );
    await api.call('PATCH', '/v4/users/curious@example.com/', { token: admin, body: { admin: true } });
    const caller = await login('curious@example.com', PASSWORD, { scopes: ['introspect'] });
    assert.equal((await introspect(user, caller)).body.active, true);
    await api.call('PATCH', '/v4/users/curious@example.com/', { token: admin, body: { admin: false } });
    assertGeneric401(await introspect(user, caller));
  });

  test('wrong forms are 400 with the error name OAuth clients look for', async () => {
    for (const body of ['', 'x=1', 'token=a&token=b']) {
      const reply = await api.call('POST', '/oauth2/introspect', { token: admin, body });
      assert.deepEqual(
        [reply.status, reply.body.code, reply.body.error],
        [400, 'INVALID_INPUT', 'invalid_request'],
        body,
      );
    }
  });

  test('a client that nobody here wrote finds, asks and revokes', async () => {
    const insecure = { [oauth.allowInsecureRequests]: true };
    const issuer = new URL(service.url);
    const found = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' });
    const as = await oauth.processDiscoveryResponse(issuer, found);
    const client = { client_id: 'walk' };
    const caller = await introspectToken();
    const authenticate: oauth.ClientAuth = (_as, _client, _body, headers) =>
      headers.set('authorization', `Bearer ${caller}`);
    const token = await newUser('oauth@example.com', { scopes: ['a'] });
    const ask = async () => {
      const response = await oauth.introspectionRequest(as, client, authenticate, token, insecure);
      return oauth.processIntrospectionResponse(as, client, response);
    };
    const before = await ask();
    assert.deepEqual([before.active, before.scope, before.username], [true, 'a', 'oauth@example.com']);
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(as, client, oauth.None(), token, insecure),
    );
    assert.deepEqual(await ask(), { active: false });
    await api.call('GET', '/.well-known/oauth-authorization-server');
  });
});

describe('revocation (RFC 7009)', () => {
  const revoke = (body: string) => api.call('POST', '/oauth2/revoke', { body });

  test('whoever holds a token may end it; of junk and dead ones the answer is the same', async () => {
    const token = await newUser('revoker@example.com');
    const id = await idOf(token);
    const first = await revoke(`token=${token}&token_type_hint=refresh_token`);
    const replies = [first, await revoke(`token=${token}`), await revoke('token=junk')];
    for (const reply of replies) assert.deepEqual([reply.status, reply.text], [200, first.text]);
    assert.equal((await api.call('GET', '/v4/user/', { token })).status, 401);
    assert.equal(
      (await api.call('GET', `/v4/auth-tokens/${id}/`, { token: admin })).body.ended.cause,
      'revoked',
    );
    assert.equal((await revoke('')).status, 400);
  });
});

describe('forward-auth', () => {
  test('200 with who it is, whatever the method and the path behind', async () => {
    const token = await newUser('forward@example.com', { scopes: ['a', 'b'] });
    await api.call('PATCH', '/v4/users/forward@example.com/', {
      token: admin,
      body: { groups: ['one two', 'three'] },
    });
    for (const [method, path] of [
      ['GET', '/verify'],
      ['GET', '/verify/'],
      ['POST', '/verify/orders/7?x=1'],
      ['DELETE', '/verify/a%2Fb'],
      ['HEAD', '/verify/x'],
      ['PATCH', '/verify/%'],
      ['PROPFIND', '/verify/dav/'],
      ['LOCK', '/verify'],
    ] as const) {
      const reply = await call(service.url, method, path, {
        token,
        ...(method === 'POST' ? { body: '{not json', headers: { 'content-encoding': 'gzip' } } : {}),
      });
      if (path.endsWith('%')) continue;
      assert.equal(reply.status, 200, `${method} ${path}: ${reply.text}`);
      assert.equal(reply.headers['x-auth-user'], 'forward@example.com');
      assert.equal(reply.headers['x-auth-token-id']?.length, 16);
      assert.equal(reply.headers['x-auth-scopes'], 'a b');
      assert.equal(reply.headers['x-auth-groups'], 'one two,three'.split(',').sort().join(','));
    }
  });

  test('401 with a challenge, also when the request brings identity headers of its own', async () => {
    const reply = await api.call('GET', '/verify', { headers: { 'X-Auth-User': ADMIN.email } });
    assertGeneric401(reply);
    assert.equal(reply.headers['x-auth-user'], undefined);
    const token = await newUser('honest@example.com');
    const right = await api.call('GET', '/verify', { token, headers: { 'X-Auth-User': ADMIN.email } });
    assert.equal(right.headers['x-auth-user'], 'honest@example.com');
  });

  test('403 when a scope is missing that was asked for; a second parameter only asks for more', async () => {
    const token = await newUser('scoped@example.com', { scopes: ['a', 'b'] });
    for (const query of ['?scope=a', '?scope=a+b', '?scope=a%20b', '?scope=a&scope=b']) {
      assert.equal((await api.call('GET', `/verify${query}`, { token })).status, 200, query);
    }
    for (const query of ['?scope=c', '?scope=a+c', '?scope=a&scope=c', '?scope=*']) {
      const reply = await api.call('GET', `/verify${query}`, { token });
      assertGeneric(reply, 403, 'PERMISSION_DENIED');
      assert.match(String(reply.headers['www-authenticate']), /error="insufficient_scope"$/);
    }
    assert.equal(
      (await api.call('GET', '/verify?scope=anything', { token: admin })).status,
      200,
      'everything',
    );
    assert.equal((await api.call('GET', '/verify?scope=%22', { token })).status, 400);
  });
});

describe('Kubernetes TokenReview', () => {
  const review = (token: string, caller: string, way = '') =>
    api.call('POST', `/apis/authentication.k8s.io/v1/tokenreviews${way}`, {
      token: caller,
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        metadata: { creationTimestamp: null },
        spec: { token, audiences: ['https://kubernetes.default.svc'] },
        status: { user: {} },
      },
    });

  test('answers who it is, and never a name of Kubernetes itself', async () => {
    const caller = await introspectToken();
    const token = await newUser('kube@example.com', { scopes: ['x'] });
    const path = '/v4/users/kube@example.com/';
    for (const group of ['system:masters', '', ' a', 'a,b', 'a\u0000', 'x'.repeat(101)]) {
      assertGeneric(
        await api.call('PATCH', path, { token: admin, body: { groups: [group] } }),
        400,
        'INVALID_INPUT',
      );
    }
    await api.call('PATCH', path, { token: admin, body: { groups: ['ops:all'] } });
    const { body } = await review(token, caller);
    // Against the schema that Kubernetes publishes; `spec` is the request's part, which the API server knows.
    new TokenReview({ ...body, spec: { token } }).validate();
    const { uid, extra, ...user } = body.status.user;
    assert.deepEqual(user, { username: 'kube@example.com', groups: ['ops:all'] });
    assert.match(uid, /^[0-9a-z]{16}$/);
    assert.deepEqual(extra['guardbee/scopes'], ['x']);
    await api.call('DELETE', '/v4/auth-tokens/', { token });
    const after = (await review(token, caller)).body;
    new TokenReview({ ...after, spec: { token } }).validate();
    assert.deepEqual(after.status, { authenticated: false });
    assert.throws(() =>
      new TokenReview({ ...after, spec: { token }, status: { authenticated: 'no' } } as never).validate(),
    );
    assertGeneric401(await review(token, await newUser('no-kube@example.com')));
  });

  test('is asked for a scope by the path of the webhook', async () => {
    const caller = await introspectToken();
    const narrow = await newUser('narrow-kube@example.com', { scopes: ['orders:read'] });
    const wide = await login('narrow-kube@example.com', PASSWORD, { scopes: ['kubernetes', 'orders:read'] });
    const isAuthenticated = async (token: string, way?: string) =>
      (await review(token, caller, way)).body.status.authenticated;
    assert.equal(await isAuthenticated(narrow), true);
    assert.equal(await isAuthenticated(narrow, '/kubernetes'), false);
    assert.equal(await isAuthenticated(wide, '/kubernetes'), true);
    assert.equal(await isAuthenticated(await login('narrow-kube@example.com'), '/kubernetes'), true);
    assertGeneric(await review(wide, caller, '/%22'), 400, 'INVALID_INPUT');
    assertGeneric401(await review(wide, wide, '/kubernetes'));
  });

  test('another kind of review is 400', async () => {
    const body = { apiVersion: 'v1', kind: 'Pod', spec: {} };
    assertGeneric(
      await api.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { token: admin, body }),
      400,
      'INVALID_INPUT',
    );
  });
});

describe('the revocation stream', () => {
  test('says what ended, by public ids, and how fresh it is', async () => {
    const caller = await introspectToken();
    const stream = await EventStream.open(service.url, caller);
    const first = await stream.until(({ event }) => event === 'heartbeat');
    assert.equal(typeof first.data.at, 'number');
    const token = await newUser('streamed@example.com');
    const { body } = await introspect(token, caller);
    await api.call('DELETE', '/v4/auth-tokens/', { token });
    const ended = await stream.until(({ data }) => data.digest_id === body.jti);
    assert.deepEqual(Object.keys(ended.data), ['digest_id', 'time']);
    await api.call('PATCH', '/v4/users/streamed@example.com/', { token: admin, body: { disabled: true } });
    await stream.until(({ data }) => data.user === body.sub);
    const beats = () => stream.events.filter(({ event }) => event === 'heartbeat');
    const count = beats().length;
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    assert.ok(beats().length >= count + 4, `${beats().length - count} heartbeats in 1.1 s`);
    const ats = beats().map(({ data }) => data.at);
    assert.deepEqual(
      ats,
      ats.toSorted((a, b) => a - b),
    );
    api.saw('GET /v4/revocations/ 200');
    stream.close();
  });

  test('on a resume everything missed comes before the first heartbeat', async () => {
    const caller = await introspectToken();
    const stream = await EventStream.open(service.url, caller);
    const { id } = await stream.until(({ event }) => event === 'heartbeat');
    stream.close();
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) {
      const token = await login(ADMIN.email, ADMIN.password);
      ids.push((await introspect(token, caller)).body.jti);
      await api.call('DELETE', '/v4/auth-tokens/', { token });
    }
    const resumed = await EventStream.open(service.url, caller, { 'last-event-id': id });
    await resumed.until(({ event }) => event === 'heartbeat');
    assert.deepEqual(
      resumed.events.slice(0, 4).map(({ data, event }) => data.digest_id ?? event),
      [...ids, 'heartbeat'],
    );
    resumed.close();
    await assert.rejects(EventStream.open(service.url, caller, { 'last-event-id': 'MTIz.AAAA' }), /400/);
    assertGeneric(
      await api.call('GET', '/v4/revocations/?since=MTIz.AAAA', { token: caller }),
      400,
      'INVALID_INPUT',
    );
  });

  test('ends when its own token does, and is not for everybody', async () => {
    const caller = await introspectToken();
    const head = await call(service.url, 'HEAD', '/v4/revocations/', { token: caller });
    assert.deepEqual([head.status, head.headers['content-type'], head.text], [200, 'text/event-stream', '']);
    const stream = await EventStream.open(service.url, caller);
    await stream.until(({ event }) => event === 'heartbeat');
    await api.call('DELETE', '/v4/auth-tokens/', { token: caller });
    const deadline = performance.now() + 5_000;
    while (!stream.ended && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(stream.ended, true);
    assertGeneric401(
      await api.call('GET', '/v4/revocations/', { token: await newUser('no-stream@example.com') }),
    );
  });
});

describe('after logout', () => {
  test('every verifier refuses at once, 200 times', async () => {
    const caller = await introspectToken();
    for (let trial = 0; trial < 200; trial++) {
      const token = await login(ADMIN.email, ADMIN.password);
      assert.equal((await api.call('GET', '/v4/user/', { token })).status, 200);
      assert.equal((await api.call('DELETE', '/v4/auth-tokens/', { token })).status, 200);
      const [whoami, verify, asked] = await Promise.all([
        api.call('GET', '/v4/user/', { token }),
        api.call('GET', '/verify', { token }),
        introspect(token, caller),
      ]);
      assert.deepEqual([whoami.status, verify.status, asked.text], [401, 401, '{"active":false}']);
    }
  });
});

function assertGeneric401(reply: { status: number; body: { code: string } }): void {
  assert.deepEqual([reply.status, reply.body.code], [401, 'PERMISSION_DENIED']);
}
