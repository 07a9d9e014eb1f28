import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Counts } from '../counts.ts';
import { Refusal } from '../errors.ts';
import type { TokenUse } from '../storage/records.ts';
import type { TokenFinder } from '../tokens/find.ts';
import type { Principal } from '../tokens/principal.ts';
import { isRepeated, parseAuthorization } from './authorization.ts';
import type { ClientAddress } from './client-address.ts';
import { sessionCredential } from './console-session.ts';
import { shortText } from './request-context.ts';

/**
 * The principal of a request, by its `Authorization` header; where there is none, by the session of the console, if one
 * of its pages asks. A token in a URL or a body is never accepted. Throws `PERMISSION_DENIED`, with RFC 6750's error only when a credential was sent (its section 3.1).
 * Answers at once when the token is remembered, so that the request doesn't wait for a turn of the event loop.
 */
export function authenticate(
  request: FastifyRequest,
  { finder, addressOf, isFromTrustedProxy, counts }: Doorway,
): Principal | Promise<Principal> {
  const presented = parseAuthorization(request.headers.authorization);
  const credential = presented.kind === 'none' ? sessionCredential(request, isFromTrustedProxy) : presented;
  if (credential.kind === 'none') throw new Refusal('PERMISSION_DENIED');
  if (credential.kind === 'malformed' || isRepeated(request.raw.rawHeaders, 'authorization')) {
    counts.verifications.form.refused += 1;
    throw notAccepted();
  }
  const found = finder.find(credential.value, useOf(request.headers, addressOf(request.raw)));
  return found instanceof Promise ? found.then(accepted) : accepted(found);
}

interface Doorway {
  readonly finder: TokenFinder;
  readonly addressOf: ClientAddress;
  readonly isFromTrustedProxy: (request: IncomingMessage) => boolean;
  readonly counts: Counts;
}

/** Where a token is used from, and for what. */
export function useOf(
  headers: Readonly<Partial<Record<'x-giant-swarm-activity' | 'user-agent', string | string[] | undefined>>>,
  ip: string,
): Omit<TokenUse, 'time'> {
  return {
    ip,
    activity: shortText(headers['x-giant-swarm-activity']),
    userAgent: shortText(headers['user-agent']),
  };
}

function accepted(principal: Principal | undefined): Principal {
  if (principal === undefined) throw notAccepted();
  return principal;
}

function notAccepted(): Refusal {
  return new Refusal('PERMISSION_DENIED', { challenge: 'invalid_token' });
}
