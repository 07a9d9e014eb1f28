import type { FastifyRequest } from 'fastify';
import { Refusal } from '../errors.ts';
import { revokeToken } from '../tokens/revoke.ts';
import { actOf } from './request-context.ts';
import { type Parts, principalOf } from './route.ts';

/** Ends the token of the request, by whichever door it came, and counts how that ends. */
export async function logOut(parts: Parts, request: FastifyRequest): Promise<void> {
  const { logouts } = parts.counts;
  const { token } = principalOf(request);
  let outcome: Awaited<ReturnType<typeof revokeToken>>;
  try {
    outcome = await revokeToken(parts, token.id, 'logout', actOf(request));
  } catch (error) {
    logouts.unavailable += 1;
    throw error;
  }
  // Somebody else ended it between the look and the act: nobody's logout.
  if (outcome === 'not_found') throw new Refusal('PERMISSION_DENIED', { challenge: 'invalid_token' });
  logouts.succeeded += 1;
}
