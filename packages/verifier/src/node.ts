import type { IncomingMessage, ServerResponse } from 'node:http';
import { admission, type RequireTokenOptions } from './admit.ts';
import type { Verifier } from './create-verifier.ts';
import { presentedBy } from './presented-by.ts';
import type { Principal } from './principal.ts';

export type { RequireTokenOptions } from './admit.ts';
export type { Principal } from './principal.ts';

declare module 'node:http' {
  interface IncomingMessage {
    /** Set once `requireToken` of `@guardbee/verifier` has let the request pass; until then it is not there. */
    principal: Principal;
  }
}

/**
 * For a plain `node:http` server. The guard resolves to the principal, which is `req.principal` too, or to undefined
 * when it has refused the request and answered it:
 *
 *     const guard = requireToken(verifier, { scopes: ['orders:read'] });
 *     createServer(async (req, res) => {
 *       if (!(await guard(req, res))) return;
 *       res.end(req.principal.email);
 *     });
 */
export function requireToken(
  verifier: Verifier,
  options?: RequireTokenOptions,
): (req: IncomingMessage, res: ServerResponse) => Promise<Principal | undefined> {
  const admit = admission(verifier, options);
  return async (req, res) => {
    const { principal, refusal } = await admit(presentedBy(req));
    if (refusal === undefined) {
      req.principal = principal;
      return principal;
    }
    res.writeHead(refusal.status, {
      ...refusal.headers,
      'content-length': Buffer.byteLength(refusal.body),
    });
    res.end(refusal.body);
    return undefined;
  };
}
