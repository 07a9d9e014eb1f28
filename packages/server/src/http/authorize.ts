import type { FastifyRequest } from 'fastify';
import { Refusal } from '../errors.ts';
import type { Principal } from '../tokens/principal.ts';
import { satisfies } from '../tokens/scopes.ts';
import { canonicalEmail } from '../users/email.ts';
import type { Entry } from './rights.ts';

/** Holds a principal against what its route asks for. Throws `PERMISSION_DENIED`. */
export function authorize(request: FastifyRequest, principal: Principal, { right, scope }: Entry): void {
  const entitled =
    right === 'user' || principal.user.admin || (right === 'self_or_admin' && isSelf(request, principal));
  if (entitled && satisfies(principal.token.scopes, scope)) return;
  throw new Refusal('PERMISSION_DENIED', { challenge: 'insufficient_scope' });
}

/** Whether the path speaks of the principal's own account. */
export function isSelf(request: FastifyRequest, principal: Principal): boolean {
  const { email } = request.params as { email: string };
  return canonicalEmail(email) === principal.user.canonicalEmail;
}
