import type { FastifyReply, FastifyRequest } from 'fastify';
import { admission, type RequireTokenOptions } from './admit.ts';
import type { Verifier } from './create-verifier.ts';
import { presentedBy } from './presented-by.ts';
import type { Principal } from './principal.ts';

export type { RequireTokenOptions } from './admit.ts';
export type { Principal } from './principal.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once `requireToken` of `@guardbee/verifier` has let the request pass; until then it is not there. */
    principal: Principal;
  }
}

/**
 * An `onRequest` hook for Fastify 5: sets `request.principal` and goes on, or answers the request itself.
 *
 *     app.get('/orders', { onRequest: requireToken(verifier, { scopes: ['orders:read'] }) }, async (request) => {
 *       return { of: request.principal.email };
 *     });
 */
export function requireToken(
  verifier: Verifier,
  options?: RequireTokenOptions,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined> {
  const admit = admission(verifier, options);
  return async (request, reply) => {
    const { principal, refusal } = await admit(presentedBy(request.raw));
    if (refusal !== undefined) return reply.code(refusal.status).headers(refusal.headers).send(refusal.body);
    Object.assign(request, { principal });
    return undefined;
  };
}
