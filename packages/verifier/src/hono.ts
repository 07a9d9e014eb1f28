import type { MiddlewareHandler } from 'hono';
import { admission, type RequireTokenOptions } from './admit.ts';
import type { Verifier } from './create-verifier.ts';
import type { Principal } from './principal.ts';

export type { RequireTokenOptions } from './admit.ts';
export type { Principal } from './principal.ts';

/** For `new Hono<PrincipalEnv>()`, where `app.use(requireToken(…))` stands apart from the routes. */
export interface PrincipalEnv {
  Variables: { principal: Principal };
}

/**
 * Middleware for Hono 4: sets `c.get('principal')` and goes on, or answers the request itself.
 *
 *     app.get('/orders', requireToken(verifier, { scopes: ['orders:read'] }), (c) =>
 *       c.json({ of: c.get('principal').email }),
 *     );
 */
export function requireToken(
  verifier: Verifier,
  options?: RequireTokenOptions,
): MiddlewareHandler<PrincipalEnv> {
  const admit = admission(verifier, options);
  return async (c, next) => {
    const { principal, refusal } = await admit({
      authorization: c.req.header('authorization'),
      // The fetch standard joins repeated headers by commas: that is no credential any more.
      isRepeated: false,
      requestId: c.req.header('x-request-id'),
      activity: c.req.header('x-giant-swarm-activity'),
    });
    if (refusal !== undefined) return c.body(refusal.body, refusal.status, refusal.headers);
    c.set('principal', principal);
    return next();
  };
}
