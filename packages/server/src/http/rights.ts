import type { ReservedScope } from '../tokens/scopes.ts';

/**
 * The one table of rights: who may call what, with a token of which scope. A route that is not in it can't be built, and
 * a line without a route fails the tests.
 *
 * - `anyone`: no token is looked at, not even a wrong one.
 * - `user`: any living token.
 * - `self_or_admin`: the user whom the path names, or an administrator. Others learn nothing, not even whether that
 *   user exists.
 * - `admin`: an administrator.
 *
 * The scope narrows a token, never widens it: its user must have the right as well. `*` satisfies every scope; null asks
 * for none.
 */
type Right = 'anyone' | 'user' | 'self_or_admin' | 'admin';

export interface Entry {
  readonly right: Right;
  readonly scope: ReservedScope | null;
}

const anyone: Entry = { right: 'anyone', scope: null };
const anyToken: Entry = { right: 'user', scope: null };
const ownTokens: Entry = { right: 'user', scope: 'tokens' };
const auditors: Entry = { right: 'admin', scope: 'audit' };
const verifiers: Entry = { right: 'admin', scope: 'introspect' };

export const RIGHTS: Readonly<Record<string, Entry>> = {
  'GET /': anyone,
  'GET /healthz': anyone,
  'GET /readyz': anyone,
  'GET /metrics': anyone,
  'GET /openapi.json': anyone,
  'GET /docs': anyone,
  'GET /.well-known/oauth-authorization-server': anyone,
  'GET /console/': anyone,
  'GET /console/assets/:name': anyone,
  'GET /console/session/': anyone,
  'POST /console/session/': anyone,
  'DELETE /console/session/': anyToken,
  'GET /v4/info/': { right: 'user', scope: '*' },
  'GET /v4/status/': { right: 'admin', scope: '*' },
  'POST /v4/auth-tokens/': anyone,
  'GET /v4/auth-tokens/': ownTokens,
  'DELETE /v4/auth-tokens/': anyToken,
  'GET /v4/auth-tokens/:id/': ownTokens,
  'DELETE /v4/auth-tokens/:id/': ownTokens,
  'GET /v4/user/': anyToken,
  'GET /v4/users/': { right: 'admin', scope: 'users' },
  'GET /v4/users/:email/': { right: 'self_or_admin', scope: 'users' },
  'PUT /v4/users/:email/': { right: 'admin', scope: 'users' },
  'PATCH /v4/users/:email/': { right: 'self_or_admin', scope: 'users' },
  'DELETE /v4/users/:email/': { right: 'admin', scope: 'users' },
  'POST /v4/users/:email/password/': { right: 'self_or_admin', scope: 'users' },
  'GET /v4/users/:email/auth-tokens/': { right: 'self_or_admin', scope: 'tokens' },
  'DELETE /v4/users/:email/auth-tokens/': { right: 'self_or_admin', scope: 'tokens' },
  'DELETE /v4/users/:email/lock/': { right: 'admin', scope: 'users' },
  'GET /v4/audit-events/': auditors,
  'GET /v4/audit-events/export/': auditors,
  'GET /v4/audit-chains/': auditors,
  'GET /v4/activities/': auditors,
  'GET /v4/requests/': auditors,
  'GET /v4/requests/:id/': auditors,
  'GET /v4/revocations/': verifiers,
  'POST /oauth2/introspect': verifiers,
  // RFC 7009: whoever holds a token may end it; holding it is the right.
  'POST /oauth2/revoke': anyone,
  'POST /apis/authentication.k8s.io/v1/tokenreviews': verifiers,
  'POST /apis/authentication.k8s.io/v1/tokenreviews/:scope': verifiers,
  'ALL /verify': anyToken,
  'ALL /verify/*': anyToken,
};
