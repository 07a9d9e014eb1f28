import type { FastifyReply } from 'fastify';
import { type Quota, REFUSALS, Refusal, type RefusalName } from '../errors.ts';
import { HashQueueOverloaded } from '../login/hash-queue.ts';
import { StoreUnavailable } from '../storage/store.ts';
import { redactTokens } from './redact.ts';

const REALM = 'realm="guardbee"';

/** RFC 9110 section 11.6.1: a 401 names what would be accepted; RFC 6750 section 3 for the error attribute. */
function challengeOf(refusal: Refusal): string {
  const error = refusal.challenge === undefined ? '' : `, error="${refusal.challenge}"`;
  return `giantswarm ${REALM}, Bearer ${REALM}${error}`;
}

/** draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4. */
export function rateLimitOf({ name, most, window }: Quota, retryAfter: number): Record<string, string> {
  return {
    'ratelimit-policy': `"${name}";q=${most};w=${window}`,
    ratelimit: `"${name}";r=0;t=${retryAfter}`,
  };
}

/** Sends a refusal as the generic body, with the headers that follow from the table. */
export function sendRefusal(reply: FastifyReply, refusal: Refusal, more?: { error: string }): FastifyReply {
  const { code, status } = REFUSALS[refusal.refusal];
  if (status === 401 || status === 403) reply.header('www-authenticate', challengeOf(refusal));
  if (refusal.retryAfter !== undefined) reply.header('retry-after', String(refusal.retryAfter));
  if (refusal.quota !== undefined) reply.headers(rateLimitOf(refusal.quota, refusal.retryAfter ?? 1));
  const body = JSON.stringify({ code, message: redactTokens(refusal.message), ...more });
  return reply.code(status).type('application/json; charset=utf-8').send(body);
}

/** The name RFC 6749 section 5.2 has for it, which OAuth clients look for beside our own code. */
export function oauthError(refusal: Refusal): { error: string } {
  const { status } = REFUSALS[refusal.refusal];
  if (status === 401) return { error: 'invalid_client' };
  return { error: status < 500 ? 'invalid_request' : 'temporarily_unavailable' };
}

interface FrameworkError extends Error {
  readonly code?: string;
  readonly statusCode?: number;
  readonly validation?: readonly {
    keyword: string;
    instancePath: string;
    params: Record<string, unknown>;
    message?: string;
  }[];
  readonly validationContext?: string;
}

const FRAMEWORK_CODES: Readonly<Record<string, RefusalName>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_BAD_URL: 'INVALID_INPUT',
  FST_ERR_MAX_PARAM_LENGTH: 'URI_TOO_LONG',
};

/** What somebody learns of an error: a refusal from the table, never the error's own inside. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof StoreUnavailable)
    return new Refusal('NOT_YET_AVAILABLE', { retryAfter: 1, cause: error });
  if (error instanceof HashQueueOverloaded) {
    return new Refusal('NOT_YET_AVAILABLE', { retryAfter: error.retryAfter, cause: error });
  }
  const failure = error as FrameworkError;
  if (failure.validation !== undefined) return invalidInput(failure);
  const known = FRAMEWORK_CODES[failure.code ?? ''];
  if (known !== undefined) return new Refusal(known);
  if (failure.statusCode !== undefined && failure.statusCode >= 400 && failure.statusCode < 500) {
    return new Refusal('INVALID_INPUT', { cause: error });
  }
  return new Refusal('INTERNAL_ERROR', { cause: error });
}

/** A schema's objection in the v4 API's terms. Names attributes, never their values. */
function invalidInput(error: FrameworkError): Refusal {
  const [first] = error.validation ?? [];
  const where = error.validationContext ?? 'request';
  if (first === undefined) return new Refusal('INVALID_INPUT');
  const attribute = first.instancePath.slice(1).replaceAll('/', '.');
  if (where === 'body' && first.keyword === 'additionalProperties') {
    const unknown = JSON.stringify(first.params.additionalProperty).slice(0, 100);
    return new Refusal('UNKNOWN_ATTRIBUTE', { message: `The attribute ${unknown} is not known here.` });
  }
  if (where === 'body' && first.keyword === 'not') {
    return new Refusal('IMMUTABLE_ATTRIBUTE', { message: `The attribute '${attribute}' cannot be set.` });
  }
  const subject = attribute === '' ? `The ${where}` : `The attribute '${attribute}' of the ${where}`;
  return new Refusal('INVALID_INPUT', { message: `${subject} ${first.message ?? 'is not valid'}.` });
}
