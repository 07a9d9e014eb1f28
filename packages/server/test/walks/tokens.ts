import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { call, type Reply } from '../http.ts';
import { ADMIN, base64, startTestService } from '../service.ts';
import { admin, api, assertGeneric, DENIED, idOf, login, NEVER, newUser, PASSWORD } from '../walk.ts';

describe('a token with a name, an expiry and scopes', () => {
  const mint = (more: object) =>
    api.call('POST', '/v4/auth-tokens/', {
      body: { email: ADMIN.email, password_base64: base64(ADMIN.password), ...more },
    });

  test('shows them in the reply and in the list', async () => {
    const expiry = '2099-01-01T00:00:00Z';
    const reply = await mint({ name: 'build server', expiry, scopes: ['orders:read', 'tokens'] });
    assert.equal(reply.body.expiry, expiry);
    const token = reply.body.auth_token;
    const { body } = await api.call('GET', '/v4/auth-tokens/?limit=1000', { token });
    const { created, last_used, ...rest } = body.find(
      (listed: { id: string }) => listed.id === reply.body.id,
    );
    assert.deepEqual(rest, {
      id: reply.body.id,
      name: 'build server',
      expiry,
      scopes: ['orders:read', 'tokens'],
      current: true,
    });
    assert.match(created, /^\d{4}-.*Z$/);
    assert.equal(last_used.ip, '127.0.0.1');
    await api.call('DELETE', '/v4/auth-tokens/', { token });
  });

  test('anything else about them is 400', async () => {
    for (const more of [
      { name: '' },
      { name: 'x'.repeat(101) },
      { name: 'a\nb' },
      { name: 1 },
      { name: null },
      { expiry: '2020-01-01T00:00:00Z' },
      { expiry: '2099-02-30T00:00:00Z' },
      { expiry: '2099-01-01T00:00:00' },
      { expiry: 4_070_908_800 },
      { scopes: [] },
      { scopes: 'a' },
      { scopes: ['a b'] },
      { scopes: ['"'] },
      { scopes: ['\\'] },
      { scopes: ['ä'] },
      { scopes: [''] },
      { scopes: ['a', 'a'] },
      { scopes: [1] },
      { scopes: null },
    ]) {
      assertGeneric(await mint(more), 400, 'INVALID_INPUT');
    }
    assert.equal((await mint({ expiry: NEVER })).body.expiry, NEVER);
    assert.equal((await mint({ name: '🐝'.repeat(100) })).status, 200, 'characters are code points');
  });

  test('a scope of a resource server opens nothing of ours but who one is and ending itself', async () => {
    const token = await newUser('narrow@example.com', { scopes: ['orders:read'] });
    assert.equal((await api.call('GET', '/v4/user/', { token })).status, 200);
    for (const path of ['/v4/info/', '/v4/auth-tokens/', '/v4/users/narrow@example.com/']) {
      const reply = await api.call('GET', path, { token });
      assertGeneric(reply, 401, 'PERMISSION_DENIED', DENIED);
      assert.match(String(reply.headers['www-authenticate']), /Bearer .*error="insufficient_scope"$/);
    }
    assert.equal((await api.call('DELETE', '/v4/auth-tokens/', { token })).status, 200);
  });

  test('introspect is for administrators to mint', async () => {
    await newUser('eager@example.com');
    const body = { email: 'eager@example.com', password_base64: base64(PASSWORD), scopes: ['introspect'] };
    assertGeneric(await api.call('POST', '/v4/auth-tokens/', { body }), 401, 'PERMISSION_DENIED');
  });
});

describe("one's own tokens", () => {
  test('are listed oldest first, page by page, with the last use and its activity', async () => {
    const token = await newUser('lister@example.com');
    for (let count = 0; count < 4; count++)
      await login('lister@example.com', PASSWORD, { name: `number ${count}` });
    await api.call('GET', '/v4/user/', {
      token,
      headers: { 'X-Giant-Swarm-Activity': 'look-around', 'User-Agent': 'walk/1' },
    });
    const names: (string | null)[] = [];
    let path: string | undefined = '/v4/auth-tokens/?limit=2';
    while (path !== undefined) {
      const reply = await api.call('GET', path, {
        token,
        headers: { 'X-Giant-Swarm-Activity': 'list', 'User-Agent': 'walk/2' },
      });
      names.push(...reply.body.map((listed: { name: string | null }) => listed.name));
      path = /<([^>]+)>; rel="next"/.exec(String(reply.headers.link))?.[1];
      const own = reply.body.find((listed: { current: boolean }) => listed.current);
      if (own !== undefined)
        assert.deepEqual([own.last_used.activity, own.last_used.user_agent], ['list', 'walk/2']);
    }
    assert.deepEqual(names, [null, 'number 0', 'number 1', 'number 2', 'number 3']);
    const other = await newUser('other-lister@example.com');
    const stolen = (await api.call('GET', '/v4/auth-tokens/?limit=2', { token })).headers.link;
    const cursor = /cursor=([^>]+)>/.exec(String(stolen))?.[1];
    assertGeneric(
      await api.call('GET', `/v4/auth-tokens/?cursor=${cursor}`, { token: other }),
      400,
      'INVALID_INPUT',
    );
  });

  test('are never shown with their secret', async () => {
    const token = await newUser('secret@example.com');
    const { text } = await api.call('GET', '/v4/auth-tokens/', { token });
    assert.doesNotMatch(text, /guardbee_|digest|seal/);
  });

  test('can be ended one by one; ending one that has ended changes nothing, and the owner can ask why it died', async () => {
    const token = await newUser('ender@example.com');
    const other = await login('ender@example.com', PASSWORD, { name: 'lost laptop' });
    const id = await idOf(other);
    const path = `/v4/auth-tokens/${id}/`;
    const living = await api.call('GET', path, { token });
    assert.deepEqual(
      [living.body.name, living.body.current, living.body.ended],
      ['lost laptop', false, undefined],
    );
    assertGeneric(
      await api.call('DELETE', path, { token, headers: { 'x-request-id': 'first-end' } }),
      200,
      'RESOURCE_DELETED',
    );
    assertGeneric(
      await api.call('DELETE', path, { token, headers: { 'x-request-id': 'second-end' } }),
      200,
      'RESOURCE_DELETED',
    );
    assert.equal((await api.call('GET', '/v4/user/', { token: other })).status, 401);
    const { body } = await api.call('GET', path, { token });
    assert.equal(body.ended.cause, 'revoked');
    assert.equal(body.ended.request_id, 'first-end');
    assert.equal(typeof body.ended.actor, 'string');
    assert.equal((await api.call('GET', path, { token: admin })).body.ended.cause, 'revoked');
  });

  test("somebody else's id and one that does not exist look the same", async () => {
    const [token, other] = [await newUser('mine@example.com'), await newUser('theirs@example.com')];
    const id = await idOf(other);
    for (const method of ['GET', 'DELETE']) {
      const foreign = await api.call(method, `/v4/auth-tokens/${id}/`, { token });
      const unknown = await api.call(method, '/v4/auth-tokens/0000000000000000/', { token });
      assertGeneric(foreign, 401, 'PERMISSION_DENIED', DENIED);
      assert.equal(foreign.text, unknown.text);
      assertGeneric(
        await api.call(method, '/v4/auth-tokens/0000000000000000/', { token: admin }),
        404,
        'RESOURCE_NOT_FOUND',
      );
    }
    assert.equal((await api.call('GET', '/v4/user/', { token: other })).status, 200, 'still alive');
  });
});

describe("all of a user's tokens", () => {
  test('can be ended but the current one, and the answer says how many that were', async () => {
    const token = await newUser('many@example.com');
    const others = [await login('many@example.com'), await login('many@example.com')];
    const path = '/v4/users/many@example.com/auth-tokens/';
    assert.equal((await api.call('GET', path, { token })).body.length, 3);
    assertGeneric(await api.call('DELETE', `${path}?except=me`, { token }), 400, 'INVALID_INPUT');
    const { status, body } = await api.call('DELETE', `${path}?except=current`, { token });
    assert.deepEqual([status, body.code, body.count], [200, 'RESOURCE_DELETED', 2]);
    for (const other of others)
      assert.equal((await api.call('GET', '/v4/user/', { token: other })).status, 401);
    assert.equal((await api.call('GET', '/v4/user/', { token })).status, 200);
    assert.equal((await api.call('DELETE', path, { token })).body.count, 1);
    assert.equal((await api.call('GET', '/v4/user/', { token })).status, 401);
  });

  test('an administrator may list and end them; an ordinary user only learns a refusal', async () => {
    const token = await newUser('watched@example.com');
    const path = '/v4/users/watched@example.com/auth-tokens/';
    assert.equal((await api.call('GET', path, { token: admin })).body[0].current, false);
    const stranger = await newUser('stranger@example.com');
    for (const method of ['GET', 'DELETE']) {
      for (const email of ['watched@example.com', 'nobody@example.com']) {
        const reply = await api.call(method, `/v4/users/${email}/auth-tokens/`, { token: stranger });
        assertGeneric(reply, 401, 'PERMISSION_DENIED', DENIED);
      }
      assertGeneric(
        await api.call(method, '/v4/users/nobody@example.com/auth-tokens/', { token: admin }),
        404,
        'RESOURCE_NOT_FOUND',
      );
    }
    assert.equal((await api.call('DELETE', `${path}?except=current`, { token: admin })).body.count, 1);
    assert.equal((await api.call('GET', '/v4/user/', { token })).status, 401);
  });
});

describe("the operator's policy", () => {
  const credentials = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
  const mint = async (url: string, more: object = {}) =>
    (await call(url, 'POST', '/v4/auth-tokens/', { body: { ...credentials, ...more } })).body;
  const status = async (url: string, token: string) =>
    (await call(url, 'GET', '/v4/user/', { token })).status;

  test('a maximum age ends a token at its very instant, and replies show it', async () => {
    const service = await startTestService({ GUARDBEE_TOKEN_MAX_AGE: '1h' });
    const { auth_token: token, expiry } = await mint(service.url);
    assert.ok(Math.abs(Date.parse(expiry) - Date.now() - 3_600_000) < 60_000);
    assert.ok(
      Date.parse((await mint(service.url, { expiry: '2099-01-01T00:00:00Z' })).expiry) <
        Date.now() + 3_700_000,
    );
    service.clock.advance(3_590_000);
    assert.equal(await status(service.url, token), 200);
    service.clock.advance(Date.parse(expiry) - Date.now() - 3_590_000 + 1);
    assert.equal(await status(service.url, token), 401);
    await service.close();
  });

  test('whoever was told that a token has expired never sees it alive again: it has ended for good by then', async () => {
    const service = await startTestService();
    const expiry = new Date(Date.now() + 60_000).toISOString();
    const { auth_token: token } = await mint(service.url, { expiry });
    assert.equal(await status(service.url, token), 200);
    service.clock.advance(61_000);
    assert.equal(await status(service.url, token), 401);
    // A start after a crash, with a clock that was set back, would find it here.
    const db = new DatabaseSync(join(service.dataDir, 'guardbee.db'), { readOnly: true });
    assert.deepEqual({ ...db.prepare('SELECT count(*) AS n FROM tokens').get() }, { n: 0 });
    assert.deepEqual({ ...db.prepare('SELECT cause FROM ended_tokens').get() }, { cause: 'expired' });
    db.close();
    await service.close();
  });

  test('tokens that are dead by then take nobody a place', async () => {
    const service = await startTestService({
      GUARDBEE_TOKEN_IDLE_TIMEOUT: '10m',
      GUARDBEE_TOKENS_PER_USER: '2',
    });
    for (let n = 0; n < 2; n++) await mint(service.url);
    assert.equal((await mint(service.url)).code, 'INVALID_INPUT');
    service.clock.advance(11 * 60_000);
    assert.match((await mint(service.url)).auth_token, /^guardbee_/);
    await service.close();
  });

  test('an idle timeout slides with each use, under the cap of the maximum age', async () => {
    const service = await startTestService({
      GUARDBEE_TOKEN_MAX_AGE: '1d',
      GUARDBEE_TOKEN_IDLE_TIMEOUT: '10m',
    });
    const { auth_token: token } = await mint(service.url);
    for (let round = 0; round < 20; round++) {
      service.clock.advance(9 * 60_000);
      assert.equal(await status(service.url, token), 200, `round ${round}`);
    }
    service.clock.advance(11 * 60_000);
    assert.equal(await status(service.url, token), 401);
    const { auth_token: capped } = await mint(service.url);
    let lived = 0;
    while ((await status(service.url, capped)) === 200 && lived < 30 * 60) {
      service.clock.advance(9 * 60_000);
      lived += 9;
    }
    assert.ok(lived >= 24 * 60 - 9 && lived <= 24 * 60 + 9, `${lived} minutes`);
    await service.close();
  });

  test('60 parallel logins at a limit of 10 never leave more than 10 living tokens', async (t) => {
    for (const [action, succeed] of [
      ['refuse', 10],
      ['retire-oldest', 60],
    ] as const) {
      const service = await startTestService({
        GUARDBEE_TOKENS_PER_USER: '10',
        GUARDBEE_TOKENS_PER_USER_ACTION: action,
      });
      t.after(() => service.close());
      /** Comes again when it is told to: on a busy machine the queue in front of the hashes is long. */
      const logIn = async (): Promise<Reply> => {
        const reply = await call(service.url, 'POST', '/v4/auth-tokens/', { body: credentials });
        if (reply.status !== 503) return reply;
        await new Promise((resolve) => setTimeout(resolve, Number(reply.headers['retry-after']) * 1000));
        return logIn();
      };
      const replies = await Promise.all(Array.from({ length: 60 }, logIn));
      const tokens = replies.filter((reply) => reply.status === 200).map((reply) => reply.body.auth_token);
      assert.equal(tokens.length, succeed, action);
      for (const reply of replies)
        if (reply.status !== 200) assert.match(reply.text, /as many tokens as are allowed \(10\)/);
      const living = await Promise.all(tokens.map((token) => status(service.url, token)));
      assert.equal(living.filter((code) => code === 200).length, 10, action);
    }
  });
});
