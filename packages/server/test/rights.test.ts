import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Entry, RIGHTS } from '../src/http/rights.ts';
import { newTokenString } from '../src/tokens/token-string.ts';
import { type Call, call, fromConsole, type Reply } from './http.ts';
import { ADMIN, base64, startTestService, type TestService } from './service.ts';

/** Every route of the table × every kind of principal, by the real service. */

const PASSWORD = 'a pass phrase for everybody';

let service: TestService;
const tokens: Record<string, string | undefined> = {};

async function login(email: string, password = PASSWORD, more: object = {}): Promise<string> {
  const body = { email, password_base64: base64(password), ...more };
  return (await call(service.url, 'POST', '/v4/auth-tokens/', { body })).body.auth_token;
}

async function newUser(email: string, change: object = {}): Promise<void> {
  const token = tokens.administrator;
  await call(service.url, 'PUT', `/v4/users/${email}/`, { token, body: { password: base64(PASSWORD) } });
  if (Object.keys(change).length > 0)
    await call(service.url, 'PATCH', `/v4/users/${email}/`, { token, body: change });
}

before(async () => {
  service = await startTestService();
  tokens.administrator = await login(ADMIN.email, ADMIN.password);
  await newUser('user@example.com');
  await newUser('other@example.com');
  await newUser('victim@example.com');
  await newUser('second@example.com', { admin: true });
  tokens.user = await login('user@example.com');
  tokens.junk = newTokenString();
  tokens.nonsense = 'undefined';
  tokens.revoked = await login('user@example.com');
  await call(service.url, 'DELETE', '/v4/auth-tokens/', { token: tokens.revoked });
  tokens.expired = await login('user@example.com', PASSWORD, {
    expiry: new Date(Date.now() + 60_000).toISOString(),
  });
  service.clock.advance(120_000);
  tokens['narrow user'] = await login('user@example.com', PASSWORD, { scopes: ['orders:read'] });
  tokens['narrow administrator'] = await login('second@example.com', PASSWORD, { scopes: ['orders:read'] });
  for (const scope of ['tokens', 'users', 'introspect']) {
    tokens[`administrator, ${scope}`] = await login('second@example.com', PASSWORD, { scopes: [scope] });
  }
  for (const scope of ['tokens', 'users'])
    tokens[`user, ${scope}`] = await login('user@example.com', PASSWORD, { scopes: [scope] });
  tokens['session of a user'] = await login('user@example.com');
  tokens['session of an administrator'] = await login('second@example.com');
  tokens['cookie alone'] = await login('second@example.com');
  tokens['no token'] = undefined;
});
after(() => service.close());

const TOKEN_REVIEW = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: 'x' } };

/** A request to each route that changes nothing that another one needs. `{email}`: the subject. */
function requestFor(route: string, subject: string): { method: string; path: string; body?: unknown } {
  const [verb = '', pattern = ''] = route.split(' ');
  const method = verb === 'ALL' ? 'POST' : verb;
  const path = pattern
    .replace(':email', subject)
    .replace(':id', '0000000000000000')
    .replace(':scope', 'kubernetes')
    .replace('/*', '/orders/1');
  const bodies: Record<string, unknown> = {
    'POST /v4/auth-tokens/': { email: 'nobody@example.com' },
    'POST /console/session/': { email: 'nobody@example.com' },
    'PUT /v4/users/:email/': {},
    'PATCH /v4/users/:email/': {},
    'POST /v4/users/:email/password/': {},
    'POST /oauth2/introspect': 'token=x',
    'POST /oauth2/revoke': 'token=x',
    'POST /apis/authentication.k8s.io/v1/tokenreviews': TOKEN_REVIEW,
    'POST /apis/authentication.k8s.io/v1/tokenreviews/:scope': TOKEN_REVIEW,
  };
  return { method, path, ...(route in bodies ? { body: bodies[route] } : {}) };
}

interface Kind {
  readonly living: boolean;
  readonly admin: boolean;
  readonly scope: string;
}

/** A session opens what lies under /v4/ and /console/; a cookie that nobody vouches for opens nothing. */
function credentialOf(kind: string): Call {
  const token = tokens[kind];
  if (!kind.startsWith('session') && kind !== 'cookie alone') return { token };
  const cookie = `guardbee-session=${token}`;
  return { headers: kind === 'cookie alone' ? { cookie } : { cookie, ...fromConsole(service.url) } };
}

function kindOf(name: string, route: string): Kind {
  if (name.startsWith('session')) {
    const living = /^\w+ \/(?:v4|console)\//.test(route);
    return { living, admin: name.endsWith('administrator'), scope: '*' };
  }
  const [who = '', scope = '*'] = name.replace('narrow ', '').split(', ');
  return {
    living: who === 'user' || who === 'administrator',
    admin: who === 'administrator',
    scope: name.startsWith('narrow') ? 'orders:read' : scope,
  };
}

/** Read off the table, not off the code that enforces it. */
function isAllowed({ right, scope }: Entry, { living, admin, scope: has }: Kind, isSelf: boolean): boolean {
  if (right === 'anyone') return true;
  if (!living) return false;
  if (scope !== null && has !== '*' && has !== scope) return false;
  return right === 'user' || admin || (right === 'self_or_admin' && isSelf);
}

/** Nothing that counts was presented; a session is none where it does not count. */
function isNoCredential(kind: string): boolean {
  return kind === 'no token' || kind === 'cookie alone' || kind.startsWith('session');
}

function isDenied(reply: Reply): boolean {
  return reply.status === 401 && reply.body?.code === 'PERMISSION_DENIED';
}

const KINDS = [
  'no token',
  'junk',
  'nonsense',
  'revoked',
  'expired',
  'narrow user',
  'narrow administrator',
  'user',
  'user, tokens',
  'user, users',
  'administrator',
  'administrator, tokens',
  'administrator, users',
  'administrator, introspect',
  'session of a user',
  'session of an administrator',
  'cookie alone',
];

for (const [route, entry] of Object.entries(RIGHTS)) {
  // Ending the presented token, or all of the user's, would end it for the routes that follow.
  const endsTokens =
    route === 'DELETE /v4/auth-tokens/' ||
    route === 'DELETE /console/session/' ||
    route === 'DELETE /v4/users/:email/auth-tokens/' ||
    route === 'DELETE /v4/users/:email/';
  for (const kind of KINDS) {
    for (const subject of route.includes(':email') ? ['user@example.com', 'other@example.com'] : ['-']) {
      const isSelf = subject === 'user@example.com';
      const allowed = isAllowed(entry, kindOf(kind, route), isSelf);
      if (endsTokens && allowed) continue;
      // A stream that is allowed does not end by itself; that it opens is shown with the contract.
      if (route === 'GET /v4/revocations/' && allowed) continue;
      test(`${route}${subject === '-' ? '' : ` of ${isSelf ? 'oneself' : 'somebody else'}`}: ${kind} ${allowed ? 'may' : 'may not'}`, async () => {
        const { method, path, body } = requestFor(route, subject);
        const reply = await call(service.url, method, path, {
          ...credentialOf(kind),
          ...(body === undefined ? {} : { body }),
        });
        // Behind the door an unknown id or an empty body is refused for what it is, by those who may come that far.
        const foreignId = route.includes(':id') && !kindOf(kind, route).admin;
        assert.equal(isDenied(reply), !allowed || foreignId, `${reply.status} ${reply.text}`);
        if (!allowed) {
          const expected = kindOf(kind, route).living
            ? 'insufficient_scope'
            : isNoCredential(kind)
              ? undefined
              : 'invalid_token';
          assert.equal(/error="(\w+)"/.exec(String(reply.headers['www-authenticate']))?.[1], expected);
        }
      });
    }
  }
}

test('what ends tokens may be called by whom the table names', async () => {
  const token = tokens.administrator;
  const victim = await login('victim@example.com', PASSWORD, { scopes: ['orders:read'] });
  assert.equal((await call(service.url, 'DELETE', '/v4/auth-tokens/', { token: victim })).status, 200);
  const own = await login('victim@example.com', PASSWORD, { scopes: ['tokens'] });
  assert.equal(
    (await call(service.url, 'DELETE', '/v4/users/victim@example.com/auth-tokens/', { token: own })).status,
    200,
  );
  assert.equal(
    (await call(service.url, 'DELETE', '/v4/users/victim@example.com/auth-tokens/', { token })).status,
    200,
  );
  const scoped = tokens['administrator, users'];
  assert.equal(
    (await call(service.url, 'DELETE', '/v4/users/victim@example.com/', { token: scoped })).status,
    200,
  );
});
