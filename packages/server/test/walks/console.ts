import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromConsole } from '../http.ts';
import { ADMIN, base64 } from '../service.ts';
import { api, assertGeneric, newUser, service } from '../walk.ts';

const credentials = { email: ADMIN.email, password_base64: base64(ADMIN.password) };

function signIn(body: object = credentials, headers: Record<string, string> = fromConsole(service.url)) {
  return api.call('POST', '/console/session/', { body, headers });
}

describe('the console', () => {
  test('is one page and its assets', async () => {
    const page = await api.call('GET', '/console/');
    assert.equal(page.status, 200);
    const [asset] = /\/console\/assets\/[^"]+\.js/.exec(page.text) ?? [];
    assert.equal((await api.call('GET', String(asset))).status, 200);
    assertGeneric(await api.call('GET', '/console/assets/none.js'), 404, 'RESOURCE_NOT_FOUND');
  });

  test('has a session by a cookie that no script can read, which is an ordinary token', async () => {
    const reply = await signIn();
    assert.deepEqual([reply.status, Object.keys(reply.body).sort()], [200, ['expiry', 'id']]);
    const [cookie = ''] = [reply.headers['set-cookie']].flat();
    const [, token = ''] =
      /^guardbee-session=(guardbee_[\w-]{49}); Path=\/; HttpOnly; SameSite=Strict$/.exec(String(cookie)) ??
      [];
    const headers = { ...fromConsole(service.url), cookie: `guardbee-session=${token}` };

    const { body: seen } = await api.call('GET', '/console/session/', { headers });
    assert.deepEqual([seen.session.id, seen.session.user.email], [reply.body.id, ADMIN.email]);
    const { body: listed } = await api.call('GET', '/v4/auth-tokens/?limit=1000', { headers });
    const own = listed.find((one: { current: boolean }) => one.current);
    assert.deepEqual([own.id, own.name, own.scopes], [reply.body.id, 'console', ['*']]);
    const hours = (Date.parse(own.expiry) - Date.parse(own.created)) / 3_600_000;
    assert.ok(hours > 11.99 && hours <= 12);

    const { body: requests } = await api.call('GET', '/v4/requests/?limit=1000', { headers });
    const signedIn = requests.find((one: { route: string }) => one.route === '/console/session/');
    assert.equal(signedIn.user_email, ADMIN.email);

    const left = await api.call('DELETE', '/console/session/', { headers });
    assertGeneric(left, 200, 'RESOURCE_DELETED');
    assert.match(String(left.headers['set-cookie']), /^guardbee-session=; Path=\/; .*Max-Age=0$/);
    assertGeneric(await api.call('GET', '/v4/user/', { token }), 401, 'PERMISSION_DENIED');
    assertGeneric(await api.call('DELETE', '/console/session/', { headers }), 401, 'PERMISSION_DENIED');
    assert.equal((await api.call('GET', '/console/session/', { headers })).body.session, null);
  });

  test('says who is not signed in without refusing them', async () => {
    const reply = await api.call('GET', '/console/session/');
    assert.deepEqual([reply.status, reply.body], [200, { session: null, installation_name: 'test' }]);
  });

  test('refuses wrong passwords as every door does, and counts them', async () => {
    await newUser('guessed@example.com');
    const wrong = { email: 'guessed@example.com', password_base64: base64('not it at all') };
    const direct = await api.call('POST', '/v4/auth-tokens/', { body: wrong });
    const reply = await signIn(wrong);
    assertGeneric(reply, 401, 'INVALID_CREDENTIALS');
    assert.equal(reply.text, direct.text);
    assert.equal(reply.headers['set-cookie'], undefined);
    const replies = await Promise.all(Array.from({ length: 8 }, () => signIn(wrong)));
    assert.ok(replies.some(({ status, headers }) => status === 429 && headers['retry-after'] !== undefined));
    assertGeneric(await signIn({ ...credentials, x: 1 }), 400, 'UNKNOWN_ATTRIBUTE');
  });
});
