/**
 * The one table of rights: who may call what. A route that is not in it can't be built, and a line without a route
 * fails the tests.
 *
 * - `anyone`: no token is looked at, not even a wrong one.
 * - `user`: any living token.
 * - `self_or_admin`: the user whom the path names, or an administrator. Others learn nothing, not even whether that
 *   user exists.
 * - `admin`: an administrator.
 */
export type Right = 'anyone' | 'user' | 'self_or_admin' | 'admin';

export const RIGHTS: Readonly<Record<string, Right>> = {
  'GET /': 'anyone',
  'GET /healthz': 'anyone',
  'GET /readyz': 'anyone',
  'GET /metrics': 'anyone',
  'GET /openapi.json': 'anyone',
  'GET /v4/info/': 'user',
  'POST /v4/auth-tokens/': 'anyone',
  'DELETE /v4/auth-tokens/': 'user',
  'GET /v4/user/': 'user',
  'GET /v4/users/': 'admin',
  'GET /v4/users/:email/': 'self_or_admin',
  'PUT /v4/users/:email/': 'admin',
  'PATCH /v4/users/:email/': 'self_or_admin',
  'DELETE /v4/users/:email/': 'admin',
  'POST /v4/users/:email/password/': 'self_or_admin',
};
