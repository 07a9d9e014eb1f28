import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { RIGHTS } from '../src/http/rights.ts';
import { call } from './http.ts';
import { ADMIN, base64 } from './service.ts';
import {
  admin,
  api,
  assertGeneric,
  DENIED,
  hashesComputed,
  login,
  NEVER,
  newUser,
  PASSWORD,
  service,
  start,
} from './walk.ts';
import './walks/audit.ts';
import './walks/console.ts';
import './walks/tokens.ts';
import './walks/verification.ts';

before(start);
after(() => service.close());

describe('POST /v4/auth-tokens/', () => {
  test('answers 200 with the token, its id and when it expires, and must not be cached', async () => {
    const body = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
    const reply = await api.call('POST', '/v4/auth-tokens/', { body });
    assert.equal(reply.status, 200);
    assert.deepEqual(Object.keys(reply.body).sort(), ['auth_token', 'expiry', 'id']);
    assert.match(reply.body.auth_token, /^guardbee_[A-Za-z0-9_-]{49}$/);
    assert.equal(reply.body.expiry, NEVER);
    assert.equal(reply.headers['cache-control'], 'no-store');
  });

  test('takes the form type that curl -d sends, and the path without its slash, without a redirect', async () => {
    const reply = await api.call('POST', '/v4/auth-tokens', {
      body: JSON.stringify({ email: ADMIN.email, password_base64: base64(ADMIN.password) }),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    assert.equal(reply.status, 200);
  });

  test('takes a body for JSON whatever its Content-Type says, be it none at all', async () => {
    for (const type of [
      'json',
      '',
      'application',
      'undefined',
      'application/json, application/json',
      '*/*',
    ]) {
      const headers = { 'content-type': type };
      const credentials = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
      const body = JSON.stringify(credentials);
      const reply = await api.call('POST', '/v4/auth-tokens/', { body, headers });
      assert.equal(reply.status, 200, type);
      const token = reply.body.auth_token;
      assert.equal(
        (await call(service.url, 'POST', '/verify', { token, body: '{', headers })).status,
        200,
        type,
      );
      assert.equal((await api.call('DELETE', '/v4/auth-tokens/', { token, headers })).status, 200, type);
    }
  });

  test('ignores an Authorization header, stale or garbage', async () => {
    for (const authorization of [
      'giantswarm undefined',
      'giantswarm ',
      'giantswarm guardbee_stale',
      'YOUR API KEY',
    ]) {
      const body = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
      const reply = await api.call('POST', '/v4/auth-tokens/', { body, headers: { authorization } });
      assert.equal(reply.status, 200, authorization);
    }
  });

  test('ignores unknown keys', async () => {
    const body = { email: ADMIN.email, password_base64: base64(ADMIN.password), admin: true, user_id: 'x' };
    assert.equal((await api.call('POST', '/v4/auth-tokens/', { body })).status, 200);
  });

  test('what can not be a login is 400, and no hash is computed for it', async () => {
    const before = await hashesComputed();
    const password_base64 = base64(ADMIN.password);
    const { email } = ADMIN;
    for (const body of [
      '',
      '{',
      '[]',
      '"text"',
      'null',
      '{}',
      JSON.stringify({ email }),
      JSON.stringify({ password_base64 }),
      JSON.stringify({ email: 1, password_base64 }),
      JSON.stringify({ email: [email], password_base64 }),
      JSON.stringify({ email, password_base64: null }),
      JSON.stringify({ email, password_base64: password_base64.replace(/=+$/, '') }),
      JSON.stringify({ email, password_base64: ` ${password_base64}` }),
      JSON.stringify({ email, password_base64: ADMIN.password }),
      JSON.stringify({ email, password_base64: '' }),
      JSON.stringify({ email, password_base64: base64('x'.repeat(1025)) }),
      JSON.stringify({ email: `${email}\0`, password_base64 }),
      `{"email":"${email}","email":"${email}","password_base64":"${password_base64}"}`,
      `{"email":"${email}","password_base64":"${password_base64}","__proto__":{"admin":true}}`,
    ]) {
      assertGeneric(await api.call('POST', '/v4/auth-tokens/', { body }), 400, 'INVALID_INPUT');
    }
    assert.equal(await hashesComputed(), before);
  });

  test('an e-mail that no account can have is a wrong one, without a hash', async () => {
    const before = await hashesComputed();
    for (const email of [
      '',
      'jane',
      'jane@',
      '"quoted"@example.com',
      'a@b@c',
      `${'x'.repeat(300)}@example.com`,
      'JANE\u212a@example.com',
    ]) {
      const body = { email, password_base64: base64('whatever') };
      assertGeneric(await api.call('POST', '/v4/auth-tokens/', { body }), 401, 'INVALID_CREDENTIALS');
    }
    assert.equal(await hashesComputed(), before);
  });

  test('the e-mail may come in any case', async () => {
    await login('ADMIN@Example.Com', ADMIN.password);
  });

  test('a wrong password and an unknown e-mail get the same answer, with challenges but no RFC 6750 error', async () => {
    const wrong = await api.call('POST', '/v4/auth-tokens/', {
      body: { email: ADMIN.email, password_base64: base64('wrong') },
    });
    const unknown = await api.call('POST', '/v4/auth-tokens/', {
      body: { email: 'x@example.com', password_base64: base64('wrong') },
    });
    assertGeneric(wrong, 401, 'INVALID_CREDENTIALS');
    assert.equal(unknown.text, wrong.text);
    const { 'x-request-id': a, date: _a, ...wrongHeaders } = wrong.headers;
    const { 'x-request-id': b, date: _b, ...unknownHeaders } = unknown.headers;
    assert.notEqual(a, b);
    assert.deepEqual(unknownHeaders, wrongHeaders);
    assert.equal(wrong.headers['www-authenticate'], 'giantswarm realm="guardbee", Bearer realm="guardbee"');
  });

  test('several tokens of one user live side by side', async () => {
    const [first, second] = [
      await login(ADMIN.email, ADMIN.password),
      await login(ADMIN.email, ADMIN.password),
    ];
    assert.equal((await api.call('DELETE', '/v4/auth-tokens/', { token: first })).status, 200);
    assert.equal((await api.call('GET', '/v4/user/', { token: first })).status, 401);
    assert.equal((await api.call('GET', '/v4/user/', { token: second })).status, 200);
  });
});

describe('DELETE /v4/auth-tokens/', () => {
  test('ends the token, with a JSON content type and no body, and a second time it is 401', async () => {
    const token = await login(ADMIN.email, ADMIN.password);
    const headers = { 'content-type': 'application/json' };
    const first = await api.call('DELETE', '/v4/auth-tokens/', { token, headers });
    assertGeneric(first, 200, 'RESOURCE_DELETED', 'The authentication token has been successfully deleted.');
    const second = await api.call('DELETE', '/v4/auth-tokens/', { token, headers });
    assertGeneric(second, 401, 'PERMISSION_DENIED', DENIED);
  });

  test('of many logouts of one token at once exactly one answers 200', async () => {
    const token = await login(ADMIN.email, ADMIN.password);
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => api.call('DELETE', '/v4/auth-tokens/', { token })),
    );
    assert.equal(replies.filter((reply) => reply.status === 200).length, 1);
    assert.equal(replies.filter((reply) => reply.status === 401).length, 19);
  });
});

describe('Authorization', () => {
  test('every spelling of the header is accepted', async () => {
    for (const authorization of [
      `giantswarm ${admin}`,
      `GIANTSWARM ${admin}`,
      `Bearer ${admin}`,
      `Token ${admin}`,
      admin,
    ]) {
      assert.equal((await api.call('GET', '/v4/user/', { headers: { authorization } })).status, 200);
    }
  });

  test('a 401 names both schemes, and an error only when a credential was sent', async () => {
    const none = await api.call('GET', '/v4/user/');
    assertGeneric(none, 401, 'PERMISSION_DENIED', DENIED);
    assert.equal(none.headers['www-authenticate'], 'giantswarm realm="guardbee", Bearer realm="guardbee"');
    for (const authorization of [
      'giantswarm ',
      'giantswarm undefined',
      'Basic YTpi',
      `giantswarm ${admin}x`,
    ]) {
      const reply = await api.call('GET', '/v4/user/', { headers: { authorization } });
      assertGeneric(reply, 401, 'PERMISSION_DENIED', DENIED);
      assert.equal(
        reply.headers['www-authenticate'],
        'giantswarm realm="guardbee", Bearer realm="guardbee", error="invalid_token"',
      );
    }
  });

  test('two Authorization headers are refused, also when both are right', async () => {
    const reply = await api.call('GET', '/v4/user/', {
      headers: { authorization: [`giantswarm ${admin}`, `giantswarm ${admin}`] },
    });
    assertGeneric(reply, 401, 'PERMISSION_DENIED');
  });

  test('a token in the URL or in a body is not looked at', async () => {
    for (const name of ['access_token', 'token', 'auth_token', 'Authorization']) {
      assert.equal((await api.call('GET', `/v4/user/?${name}=${admin}`)).status, 401);
    }
    const body = { access_token: admin };
    assert.equal((await api.call('DELETE', '/v4/auth-tokens/', { body })).status, 401);
  });
});

describe('users', () => {
  test('GET /v4/user/ shows oneself, created and expiry always there', async () => {
    const token = await newUser('self@example.com');
    const reply = await api.call('GET', '/v4/user', { token });
    const { created, ...rest } = reply.body;
    assert.deepEqual(rest, {
      email: 'self@example.com',
      expiry: NEVER,
      admin: false,
      disabled: false,
      groups: [],
      locked_until: null,
    });
    assert.ok(Math.abs(Date.parse(created) - Date.now()) < 60_000);
  });

  test('an e-mail in the path may be escaped or not, and a plus is a plus', async () => {
    await newUser('a+b@example.com');
    for (const path of [
      '/v4/users/a%2Bb@example.com/',
      '/v4/users/a+b@example.com/',
      '/v4/users/A%2bB%40example.com',
    ]) {
      const reply = await api.call('GET', path, { token: admin });
      assert.equal(reply.body.email, 'a+b@example.com', path);
    }
    assertGeneric(
      await api.call('GET', '/v4/users/a b@example.com/'.replace(' ', '%20'), { token: admin }),
      404,
      'RESOURCE_NOT_FOUND',
    );
  });

  test('an unknown user is 404 with the text people know', async () => {
    const reply = await api.call('GET', '/v4/users/nobody@example.com/', { token: admin });
    const message =
      "The user could not be found. (not found: user with email 'nobody@example.com' could not be found)";
    assertGeneric(reply, 404, 'RESOURCE_NOT_FOUND', message);
  });

  test('PUT answers 201, and 409 the second time, in any case of the e-mail', async () => {
    const body = { password: base64(PASSWORD), expiry: '2099-12-31T23:59:59+01:00' };
    const first = await api.call('PUT', '/v4/users/twice@example.com/', { token: admin, body });
    assertGeneric(
      first,
      201,
      'RESOURCE_CREATED',
      "The user with email 'twice@example.com' has been created.",
    );
    const second = await api.call('PUT', '/v4/users/Twice@EXAMPLE.com/', { token: admin, body });
    assertGeneric(second, 409, 'RESOURCE_ALREADY_EXISTS');
    const { body: user } = await api.call('GET', '/v4/users/twice@example.com/', { token: admin });
    assert.equal(user.expiry, '2099-12-31T22:59:59Z');
  });

  test('20 creations of one user at once make one', async () => {
    const put = () =>
      api.call('PUT', '/v4/users/race@example.com/', { token: admin, body: { password: base64(PASSWORD) } });
    const statuses = (await Promise.all(Array.from({ length: 20 }, put))).map((reply) => reply.status);
    assert.equal(statuses.filter((status) => status === 201).length, 1);
    assert.equal(statuses.filter((status) => status === 409).length, 19);
  });

  test('a key that exists but may not be set and an unknown one are told apart', async () => {
    for (const [key, code] of [
      ['created', 'IMMUTABLE_ATTRIBUTE'],
      ['admin', 'IMMUTABLE_ATTRIBUTE'],
      ['email', 'IMMUTABLE_ATTRIBUTE'],
      ['shoe_size', 'UNKNOWN_ATTRIBUTE'],
    ] as const) {
      const body = { password: base64(PASSWORD), [key]: true };
      assertGeneric(await api.call('PUT', '/v4/users/keys@example.com/', { token: admin, body }), 400, code);
    }
    assertGeneric(
      await api.call('PATCH', `/v4/users/${ADMIN.email}/`, { token: admin, body: { created: NEVER } }),
      400,
      'IMMUTABLE_ATTRIBUTE',
    );
    assertGeneric(
      await api.call('PATCH', `/v4/users/${ADMIN.email}/`, { token: admin, body: { x: 1 } }),
      400,
      'UNKNOWN_ATTRIBUTE',
    );
    const body = { new_password_base64: base64(PASSWORD), x: 1 };
    assertGeneric(
      await api.call('POST', `/v4/users/${ADMIN.email}/password/`, { token: admin, body }),
      400,
      'UNKNOWN_ATTRIBUTE',
    );
  });

  test('a user may rename itself, not beyond its rights, and not onto somebody else', async () => {
    const token = await newUser('old-name@example.com');
    const renamed = await api.call('PATCH', '/v4/users/old-name@example.com/', {
      token,
      body: { email: 'New-Name@example.com' },
    });
    assert.equal(renamed.body.email, 'New-Name@example.com');
    assert.equal(
      (await api.call('GET', '/v4/user/', { token })).body.email,
      'New-Name@example.com',
      'the token lives on',
    );
    const path = '/v4/users/new-name@example.com/';
    assertGeneric(
      await api.call('PATCH', path, { token, body: { email: ADMIN.email } }),
      409,
      'RESOURCE_ALREADY_EXISTS',
    );
    for (const body of [
      { expiry: NEVER },
      { admin: true },
      { disabled: false },
      { email: 'x@example.com', admin: true },
    ]) {
      assertGeneric(await api.call('PATCH', path, { token, body }), 401, 'PERMISSION_DENIED', DENIED);
    }
    assertGeneric(
      await api.call('PATCH', path, { token, body: { email: 'no address' } }),
      400,
      'INVALID_INPUT',
    );
  });

  test('an ordinary user learns nothing of others, not even whether they exist', async () => {
    const token = await newUser('ordinary@example.com');
    const calls: [string, string, object?][] = [
      ['GET', '/v4/users/'],
      ['GET', '/v4/users/EMAIL/'],
      ['PUT', '/v4/users/EMAIL/', { password: base64(PASSWORD) }],
      ['PATCH', '/v4/users/EMAIL/', { email: 'y@example.com' }],
      ['DELETE', '/v4/users/EMAIL/'],
      ['POST', '/v4/users/EMAIL/password/', { new_password_base64: base64(PASSWORD) }],
    ];
    for (const [method, path, body] of calls) {
      const replies = await Promise.all(
        [ADMIN.email, 'nobody@example.com'].map((email) =>
          api.call(method, path.replace('EMAIL', email), { token, body }),
        ),
      );
      for (const reply of replies) {
        assertGeneric(reply, 401, 'PERMISSION_DENIED', DENIED);
        assert.match(
          String(reply.headers['www-authenticate']),
          /Bearer realm="guardbee", error="insufficient_scope"$/,
        );
      }
      assert.equal(replies[0]?.text, replies[1]?.text);
    }
  });

  test('nobody can change a user that is not there', async () => {
    const reply = await api.call('PATCH', '/v4/users/nobody@example.com/', { token: admin, body: {} });
    assertGeneric(reply, 404, 'RESOURCE_NOT_FOUND');
  });

  test('DELETE ends the user and all its tokens', async () => {
    const token = await newUser('gone@example.com');
    assertGeneric(
      await api.call('DELETE', '/v4/users/gone@example.com/', { token: admin }),
      200,
      'RESOURCE_DELETED',
    );
    assert.equal((await api.call('GET', '/v4/user/', { token })).status, 401);
    assertGeneric(
      await api.call('DELETE', '/v4/users/gone@example.com/', { token: admin }),
      404,
      'RESOURCE_NOT_FOUND',
    );
    await newUser('gone@example.com');
    assert.equal(
      (await api.call('GET', '/v4/user/', { token })).status,
      401,
      'a namesake does not bring it back',
    );
  });

  test('disabling ends all tokens and logins; enabling brings no token back', async () => {
    const token = await newUser('switched@example.com');
    const path = '/v4/users/switched@example.com/';
    assert.equal(
      (await api.call('PATCH', path, { token: admin, body: { disabled: true } })).body.disabled,
      true,
    );
    assert.equal((await api.call('GET', '/v4/user/', { token })).status, 401);
    const body = { email: 'switched@example.com', password_base64: base64(PASSWORD) };
    assertGeneric(await api.call('POST', '/v4/auth-tokens/', { body }), 401, 'INVALID_CREDENTIALS');
    await api.call('PATCH', path, { token: admin, body: { disabled: false } });
    assert.equal((await api.call('GET', '/v4/user/', { token })).status, 401);
    await login('switched@example.com');
  });

  test('an expired account is told so only after the right password, and its tokens are dead', async () => {
    const token = await newUser('late@example.com');
    await api.call('PATCH', '/v4/users/late@example.com/', {
      token: admin,
      body: { expiry: '2020-01-01T00:00:00Z' },
    });
    assert.equal((await api.call('GET', '/v4/user/', { token })).status, 401);
    const right = { email: 'late@example.com', password_base64: base64(PASSWORD) };
    assertGeneric(await api.call('POST', '/v4/auth-tokens/', { body: right }), 401, 'ACCOUNT_EXPIRED');
    const wrong = { ...right, password_base64: base64('wrong') };
    assertGeneric(await api.call('POST', '/v4/auth-tokens/', { body: wrong }), 401, 'INVALID_CREDENTIALS');
    await api.call('PATCH', '/v4/users/late@example.com/', { token: admin, body: { expiry: NEVER } });
    assert.equal(
      (await api.call('GET', '/v4/user/', { token })).status,
      401,
      'bringing the user back brings no token back',
    );
  });

  test('the users are listed page by page, behind an opaque cursor that can not be made up', async () => {
    const emails: string[] = [];
    let path: string | undefined = '/v4/users/?limit=2';
    while (path !== undefined) {
      const reply = await api.call('GET', path, { token: admin });
      assert.ok(reply.body.length <= 2);
      emails.push(...reply.body.map((user: { email: string }) => user.email.toLowerCase()));
      path = /<([^>]+)>; rel="next"/.exec(String(reply.headers.link))?.[1];
    }
    const all = (await api.call('GET', '/v4/users/?limit=1000', { token: admin })).body;
    assert.deepEqual(
      emails,
      all.map((user: { email: string }) => user.email.toLowerCase()),
    );
    assert.ok(emails.length > 5);
    const forged = Buffer.from('m@example.com').toString('base64url');
    for (const query of [
      'limit=0',
      'limit=1001',
      'limit=ten',
      'limit=1&limit=2',
      'cursor=',
      `cursor=${forged}.AAAA`,
      `cursor=${forged}`,
    ]) {
      assertGeneric(await api.call('GET', `/v4/users/?${query}`, { token: admin }), 400, 'INVALID_INPUT');
    }
  });

  test('no reply about a user ever has a password hash in it', async () => {
    for (const path of ['/v4/user/', '/v4/users/', `/v4/users/${ADMIN.email}/`]) {
      assert.doesNotMatch((await api.call('GET', path, { token: admin })).text, /argon2|hash|canonical/i);
    }
  });
});

describe('passwords', () => {
  const change = (email: string, token: string, body: object) =>
    api.call('POST', `/v4/users/${email}/password/`, { token, body });

  test("one's own change needs the current password, keeps this token and ends the others", async () => {
    const token = await newUser('changer@example.com');
    const other = await login('changer@example.com');
    const next = { new_password_base64: base64('a completely new phrase') };
    assertGeneric(await change('changer@example.com', token, next), 400, 'INVALID_INPUT');
    const wrong = { ...next, current_password_base64: base64('wrong') };
    assertGeneric(await change('changer@example.com', token, wrong), 401, 'INVALID_CREDENTIALS');
    assert.equal(
      (await api.call('GET', '/v4/user/', { token: other })).status,
      200,
      'nothing has happened yet',
    );
    const right = { ...next, current_password_base64: base64(PASSWORD) };
    assertGeneric(await change('changer@example.com', token, right), 202, 'RESOURCE_UPDATED');
    assert.equal((await api.call('GET', '/v4/user/', { token })).status, 200);
    assert.equal((await api.call('GET', '/v4/user/', { token: other })).status, 401);
    const old = { email: 'changer@example.com', password_base64: base64(PASSWORD) };
    assertGeneric(await api.call('POST', '/v4/auth-tokens/', { body: old }), 401, 'INVALID_CREDENTIALS');
    await login('changer@example.com', 'a completely new phrase');
  });

  test("an administrator's reset needs no current password and ends every token", async () => {
    const token = await newUser('forgetful@example.com');
    const body = { new_password_base64: base64('given by the administrator') };
    assertGeneric(await change('forgetful@example.com', admin, body), 202, 'RESOURCE_UPDATED');
    assert.equal((await api.call('GET', '/v4/user/', { token })).status, 401);
    await login('forgetful@example.com', 'given by the administrator');
    assertGeneric(await change('nobody@example.com', admin, body), 404, 'RESOURCE_NOT_FOUND');
  });

  test('a new password that may not be is refused with the reason, wherever it is set', async () => {
    for (const [password, reason] of [
      ['too short', /at least 15/],
      ['policy@example.com', /e-mail/],
    ] as const) {
      const put = await api.call('PUT', '/v4/users/policy@example.com/', {
        token: admin,
        body: { password: base64(password) },
      });
      assertGeneric(put, 400, 'INVALID_INPUT');
      assert.match(put.body.message, reason);
    }
    const token = await newUser('policy@example.com');
    const body = { current_password_base64: base64(PASSWORD), new_password_base64: base64('too short') };
    assertGeneric(await change('policy@example.com', token, body), 400, 'INVALID_INPUT');
  });
});

describe('there is always an administrator left', () => {
  test('the last one can not be deleted, demoted, disabled or given an end', async () => {
    const path = `/v4/users/${ADMIN.email}/`;
    assertGeneric(await api.call('DELETE', path, { token: admin }), 400, 'INVALID_INPUT');
    for (const body of [{ admin: false }, { disabled: true }, { expiry: '2020-01-01T00:00:00Z' }]) {
      assertGeneric(await api.call('PATCH', path, { token: admin, body }), 400, 'INVALID_INPUT');
    }
    assert.equal((await api.call('GET', '/v4/user/', { token: admin })).body.admin, true);
  });

  test('two administrators who demote each other at once leave one', async () => {
    const second = await newUser('second-admin@example.com');
    await api.call('PATCH', '/v4/users/second-admin@example.com/', { token: admin, body: { admin: true } });
    const body = { admin: false };
    const replies = await Promise.all([
      api.call('PATCH', '/v4/users/second-admin@example.com/', { token: admin, body }),
      api.call('PATCH', `/v4/users/${ADMIN.email}/`, { token: second, body }),
    ]);
    const statuses = replies.map((reply) => reply.status).sort();
    assert.notDeepEqual(statuses, [200, 200]);
    const left = replies[1]?.status === 200 ? second : admin;
    assert.equal((await api.call('GET', '/v4/users/', { token: left })).status, 200);
    if (left === second)
      await api.call('PATCH', `/v4/users/${ADMIN.email}/`, { token: second, body: { admin: true } });
  });
});

describe('the service itself', () => {
  test('GET / answers 200 to anyone', async () => {
    assert.equal((await api.call('GET', '/')).status, 200);
  });

  test('GET /v4/info/ carries what the CLI reads', async () => {
    const { body } = await api.call('GET', '/v4/info/', { token: admin });
    assert.equal(body.general.installation_name, 'test');
    assert.equal(body.general.provider, 'guardbee');
    assert.deepEqual(body.general.availability_zones, { max: 1, default: 1 });
    assert.equal(typeof body.workers.count_per_cluster, 'object');
    assert.equal((await api.call('GET', '/v4/info/')).status, 401);
  });

  test('health, readiness, metrics and the OpenAPI document need no token', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs']) {
      assert.equal((await api.call('GET', path)).status, 200, path);
    }
  });

  test('unknown paths are 404 and unknown methods 405 with Allow, both with the generic body', async () => {
    assertGeneric(await api.call('GET', '/v4/clusters/'), 404, 'RESOURCE_NOT_FOUND');
    assertGeneric(await api.call('GET', '/v4/clusters//'), 404, 'RESOURCE_NOT_FOUND');
    const reply = await api.call('PUT', '/v4/auth-tokens/');
    assertGeneric(reply, 405, 'INVALID_INPUT');
    assert.equal(reply.headers.allow, 'POST, GET, HEAD, DELETE');
    for (const method of ['TRACE', 'OPTIONS', 'QUERY', 'PROPFIND', 'M-SEARCH']) {
      const refused = await api.call(method, '/v4/user/');
      assertGeneric(refused, 405, 'INVALID_INPUT');
      assert.equal(refused.headers.allow, 'GET, HEAD', method);
    }
    const users = await api.call('MKCOL', '/v4/users/a%2Fb@example.com?x=1');
    assert.deepEqual([users.status, users.headers.allow], [405, 'GET, HEAD, PUT, PATCH, DELETE']);
    for (const path of ['/v4/clusters/', '/v4/users//', '/v4/users/a/b/c/'])
      assertGeneric(await api.call('PROPFIND', path), 404, 'RESOURCE_NOT_FOUND');
  });

  test('a fit X-Request-ID is taken over, any other is replaced', async () => {
    const fit = 'a-Z_0.9:x';
    assert.equal(
      (await api.call('GET', '/', { headers: { 'X-Request-Id': fit } })).headers['x-request-id'],
      fit,
    );
    // What looks like a token would stand in the audit trail for good.
    for (const unfit of ['', 'a b', 'x'.repeat(129), 'ü', 'a"b', '<script>', `guardbee_${'x'.repeat(49)}`]) {
      const reply = await api.call('GET', '/nowhere', {
        headers: { 'X-Request-ID': Buffer.from(unfit).toString('latin1') },
      });
      assert.notEqual(reply.headers['x-request-id'], unfit);
    }
  });
});

describe('the OpenAPI document and the table of rights', () => {
  test('every documented operation is in the table and the other way round', () => {
    const documented = api.documented().map((line) => line.replace(/ \d+$/, '').replace(/\{(\w+)\}/g, ':$1'));
    // OpenAPI has no way to say "any method" or "any path behind".
    const table = Object.keys(RIGHTS)
      .filter((line) => line !== 'ALL /verify/*')
      .map((line) => line.replace('ALL', 'GET'));
    assert.deepEqual([...new Set(documented)].sort(), table.sort());
  });

  test('every documented reply below 500 has been seen in this file', () => {
    // What any request can run into, whatever the operation: shown with hostile input, not once per operation.
    const anywhere = /^(GET|DELETE) .* 400$| 5\d\d$/;
    const missing = api.documented().filter((line) => !anywhere.test(line) && !api.seen.has(line));
    assert.deepEqual(missing, []);
  });
});

test('no token and no password has reached the log', () => {
  const log = service.log();
  assert.match(log, /"request_id"/);
  for (const secret of ['guardbee_', ADMIN.password, PASSWORD, base64(PASSWORD), base64(ADMIN.password)]) {
    assert.ok(!log.includes(secret), secret);
  }
});
