import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Act } from '../storage/records.ts';

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** The caller's `X-Request-ID` where it is fit to be repeated in headers and logs, else a new one. */
export function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** Who acts, in answer to which request: what the store keeps with everything that happens. */
export function actOf(request: FastifyRequest): Omit<Act, 'time'> {
  return { actor: request.authenticated?.user.id ?? null, requestId: request.id };
}
