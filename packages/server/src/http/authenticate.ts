import type { FastifyRequest } from 'fastify';
import { Refusal } from '../errors.ts';
import type { Principal } from '../tokens/principal.ts';
import { isRepeated, parseAuthorization } from './authorization.ts';

/**
 * The principal of a request, by its `Authorization` header and nothing else: a token in a URL or a body is never
 * accepted. Throws `PERMISSION_DENIED`, with RFC 6750's error only when a credential was sent (its section 3.1).
 */
export async function authenticate(
  request: FastifyRequest,
  find: (tokenString: string) => Promise<Principal | undefined>,
): Promise<Principal> {
  const credential = parseAuthorization(request.headers.authorization);
  if (credential.kind === 'none') throw new Refusal('PERMISSION_DENIED');
  const several = isRepeated(request.raw.rawHeaders, 'authorization');
  const principal = credential.kind === 'token' && !several ? await find(credential.value) : undefined;
  if (principal === undefined) throw new Refusal('PERMISSION_DENIED', { challenge: 'invalid_token' });
  return principal;
}
