import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequireTokenOptions } from './admit.ts';
import type { Verifier } from './create-verifier.ts';
import { requireToken as guardOf } from './node.ts';
import type { Principal } from './principal.ts';

export type { RequireTokenOptions } from './admit.ts';
export type { Principal } from './principal.ts';

declare global {
  namespace Express {
    interface Request {
      /** Set once `requireToken` of `@guardbee/verifier` has let the request pass; until then it is not there. */
      principal: Principal;
    }
  }
}

/**
 * Middleware for Express 5: sets `req.principal` and goes on, or answers the request itself.
 *
 *     app.get('/orders', requireToken(verifier, { scopes: ['orders:read'] }), (req, res) => {
 *       res.json({ of: req.principal.email });
 *     });
 */
export function requireToken(
  verifier: Verifier,
  options?: RequireTokenOptions,
): (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => Promise<void> {
  const guard = guardOf(verifier, options);
  // Express 5 takes a rejected promise for next(error).
  return async (req, res, next) => {
    if ((await guard(req, res)) !== undefined) next();
  };
}
