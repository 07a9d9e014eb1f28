import assert from 'node:assert/strict';
import { createServer, request as send } from 'node:http';
import { after, afterEach, before, suite, test } from 'node:test';
import { createVerifier } from '../src/index.ts';
import { requireToken } from '../src/node.ts';
import { type Guarded, guarded } from './guarded.ts';
import { OWN_TOKEN, PeerService, tokenString } from './peer-service.ts';

const BOTH = 'giantswarm realm="guardbee", Bearer realm="guardbee"';

for (const name of Object.keys(guarded) as (keyof typeof guarded)[]) {
  suite(`requireToken in ${name}`, () => {
    const peer = new PeerService();
    let server: Guarded;
    before(async () => {
      const verifier = createVerifier({ url: await peer.listen(), token: OWN_TOKEN, timeout: 300 });
      server = await guarded[name](verifier, { scopes: ['orders:read'] });
    });
    afterEach(() => peer.behave({ introspection: 'right' }));
    after(async () => {
      await server[Symbol.asyncDispose]();
      await peer.close();
    });

    const get = (
      authorization?: string | readonly string[],
      headers: Record<string, string> = {},
      path = '/',
    ) =>
      new Promise<{ status: number | undefined; headers: Record<string, unknown>; body: unknown }>(
        (resolve, reject) => {
          const all = {
            host: new URL(server.url).host,
            ...headers,
            ...(authorization === undefined ? {} : { authorization }),
          };
          // as many headers of one name as are asked for
          const raw = Object.entries(all).flatMap(([key, value]) =>
            [value].flat().flatMap((one) => [key, one]),
          );
          send(server.url + path, { headers: raw as never }, async (reply) => {
            let text = '';
            for await (const chunk of reply) text += chunk;
            resolve({ status: reply.statusCode, headers: reply.headers, body: JSON.parse(text) });
          })
            .on('error', reject)
            .end();
        },
      );

    test('a living token with the scope passes; the principal is there', async () => {
      const token = peer.issue({ scope: 'orders:read other' });
      for (const value of [token, `giantswarm ${token}`, `bearer ${token}`, `TOKEN   ${token}`]) {
        const { status, body } = await get(value);
        assert.equal(status, 200);
        const { email, userId, scopes, groups, expires } = body as Record<string, unknown>;
        assert.deepEqual([email, userId, groups, expires], ['jane@example.com', 'u1', ['staff'], null]);
        assert.deepEqual(scopes, ['orders:read', 'other']);
      }
    });

    test('a plain login’s token has every scope', async () => {
      assert.equal((await get(peer.issue())).status, 200);
    });

    const refused = async (
      status: number,
      challenge: string | undefined,
      ...request: Parameters<typeof get>
    ) => {
      const reply = await get(...request);
      assert.equal(reply.status, status);
      assert.equal(reply.headers['www-authenticate'], challenge);
      assert.equal(reply.headers['content-type'], 'application/json; charset=utf-8');
      assert.equal(reply.headers['cache-control'], 'no-store');
      assert.equal(
        (reply.body as { code: string }).code,
        status === 503 ? 'NOT_YET_AVAILABLE' : 'PERMISSION_DENIED',
      );
      assert.deepEqual(Object.keys(reply.body as object), ['code', 'message']);
      assert.doesNotMatch(JSON.stringify(reply), /guardbee_/);
      return reply;
    };

    test('without a credential: 401, and no error attribute', async () => {
      await refused(401, BOTH);
    });

    test('with one that does not count: 401', async () => {
      const ended = peer.issue();
      peer.revoke(ended);
      const asked = peer.introspections().length;
      for (const value of [
        'giantswarm ',
        'giantswarm undefined',
        'Basic YTpi',
        `giantswarm, ${ended}`,
        'Bearer',
      ]) {
        await refused(401, `${BOTH}, error="invalid_token"`, value);
      }
      assert.equal(peer.introspections().length, asked, 'that much is clear without asking');
      await refused(401, `${BOTH}, error="invalid_token"`, `Bearer ${ended}`);
      await refused(401, `${BOTH}, error="invalid_token"`, `Bearer ${tokenString()}`);
    });

    test('two Authorization headers: 401, even when one of them would do', async () => {
      const token = peer.issue();
      for (const pair of [
        [token, token],
        [`Bearer ${token}`, 'Bearer x'],
        ['Bearer x', `Bearer ${token}`],
      ]) {
        await refused(401, `${BOTH}, error="invalid_token"`, pair);
      }
    });

    test('a token in the URL is no credential', async () => {
      await refused(401, BOTH, undefined, {}, `/?access_token=${peer.issue()}`);
    });

    test('too narrow a token: 403 that names the scope', async () => {
      const narrow = peer.issue({ scope: 'orders:write' });
      await refused(403, `${BOTH}, error="insufficient_scope", scope="orders:read"`, `Bearer ${narrow}`);
      await refused(
        403,
        `${BOTH}, error="insufficient_scope", scope="orders:read"`,
        peer.issue({ scope: '' }),
      );
    });

    test('when it can’t be told: 503 with Retry-After', async () => {
      for (const introspection of ['hang', 'cut', 'garbage', 500] as const) {
        peer.behave({ introspection });
        const { headers } = await refused(503, undefined, peer.issue());
        assert.equal(headers['retry-after'], '1');
      }
    });

    test('request id and activity reach the service', async () => {
      await get(peer.issue(), { 'X-Request-ID': 'r-1', 'X-Giant-Swarm-Activity': 'list-orders' });
      const { headers } = peer.introspections().at(-1) ?? assert.fail();
      assert.deepEqual([headers['x-request-id'], headers['x-giant-swarm-activity']], ['r-1', 'list-orders']);
    });

    test('after logout the next request is refused', async () => {
      const token = peer.issue();
      assert.equal((await get(token)).status, 200);
      peer.revoke(token);
      assert.equal((await get(token)).status, 401);
    });
  });
}

suite('requireToken', () => {
  test('refuses wrong arguments at once', () => {
    const verifier = { verify: async () => undefined, close() {} };
    assert.throws(() => requireToken(undefined as never), TypeError);
    assert.throws(() => requireToken({ scopes: [] } as never), TypeError);
    for (const options of [
      { scope: 'a' },
      { scopes: 'a' },
      { scopes: ['a b'] },
      { scopes: [''] },
      { scopes: ['"'] },
    ]) {
      assert.throws(() => requireToken(verifier, options as never), TypeError, JSON.stringify(options));
    }
  });

  test('asks for all the scopes it names, and for none when it names none', async () => {
    const principal = { email: '', userId: 'u', tokenId: 't', scopes: ['a'], groups: [], expires: null };
    const verifier = { verify: async () => principal, close() {} };
    const statuses: number[] = [];
    for (const scopes of [['a'], ['a', 'b'], [], undefined]) {
      const guard = requireToken(verifier, { scopes });
      const server = createServer(async (req, res) => {
        if (await guard(req, res)) res.end();
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as { port: number };
      const { status } = await fetch(`http://127.0.0.1:${port}`, { headers: { authorization: 'Bearer x' } });
      statuses.push(status);
      server.close();
    }
    assert.deepEqual(statuses, [200, 403, 200, 200]);
  });
});
