/**
 * Every refusal the service can give, in one table: the wire's code, the status and the text people see.
 *
 * `docs/errors.md` and the OpenAPI document are held against this table by tests. Several rows may share a code:
 * the v4 API's list of codes is closed, and clients switch on it.
 */
const refusals = {
  INVALID_INPUT: { code: 'INVALID_INPUT', status: 400, message: 'The request is not valid.' },
  UNKNOWN_ATTRIBUTE: {
    code: 'UNKNOWN_ATTRIBUTE',
    status: 400,
    message: 'The request has an unknown attribute.',
  },
  IMMUTABLE_ATTRIBUTE: { code: 'IMMUTABLE_ATTRIBUTE', status: 400, message: 'The attribute cannot be set.' },
  INVALID_CREDENTIALS: {
    code: 'INVALID_CREDENTIALS',
    status: 401,
    message: 'The e-mail address or the password is wrong.',
  },
  PERMISSION_DENIED: {
    code: 'PERMISSION_DENIED',
    status: 401,
    message: 'The requested resource cannot be accessed using the provided authentication details.',
  },
  INSUFFICIENT_SCOPE: {
    code: 'PERMISSION_DENIED',
    status: 403,
    message: 'The token does not have the scope that is asked for.',
  },
  ACCOUNT_EXPIRED: { code: 'ACCOUNT_EXPIRED', status: 401, message: 'The account has expired.' },
  RESOURCE_NOT_FOUND: {
    code: 'RESOURCE_NOT_FOUND',
    status: 404,
    message: 'The resource could not be found.',
  },
  METHOD_NOT_ALLOWED: {
    code: 'INVALID_INPUT',
    status: 405,
    message: 'The method is not allowed for this resource.',
  },
  REQUEST_TIMEOUT: { code: 'INVALID_INPUT', status: 408, message: 'The request took too long to arrive.' },
  RESOURCE_ALREADY_EXISTS: {
    code: 'RESOURCE_ALREADY_EXISTS',
    status: 409,
    message: 'The resource already exists.',
  },
  BODY_TOO_LARGE: { code: 'INVALID_INPUT', status: 413, message: 'The request body is too large.' },
  URI_TOO_LONG: { code: 'INVALID_INPUT', status: 414, message: 'The request path is too long.' },
  ENCODED_BODY: { code: 'INVALID_INPUT', status: 415, message: 'The request body must not be compressed.' },
  TOO_MANY_REQUESTS: {
    code: 'TOO_MANY_REQUESTS',
    status: 429,
    message: 'Too many requests. Please try again later.',
  },
  HEADERS_TOO_LARGE: { code: 'INVALID_INPUT', status: 431, message: 'The request headers are too large.' },
  INTERNAL_ERROR: { code: 'INTERNAL_ERROR', status: 500, message: 'An internal error occurred.' },
  NOT_YET_AVAILABLE: {
    code: 'NOT_YET_AVAILABLE',
    status: 503,
    message: 'The service cannot answer right now. Please try again shortly.',
  },
} as const satisfies Record<string, { code: string; status: number; message: string }>;

export type RefusalName = keyof typeof refusals;
export type RefusalCode = (typeof refusals)[RefusalName]['code'];

/** The table itself, for the error reply, the OpenAPI document and the tests that tie them together. */
export const REFUSALS: Readonly<Record<RefusalName, { code: RefusalCode; status: number; message: string }>> =
  refusals;

export interface Quota {
  readonly name: string;
  readonly most: number;
  readonly window: number;
}

/**
 * A request that is refused, thrown by whichever step notices. It carries no status or header of its own: those
 * follow from the table. `message` may say more than the table's text, but never anything secret.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly refusal: RefusalName;
  /** RFC 6750 section 3.1, for the challenge of a 401. Absent when no credential was sent. */
  readonly challenge: 'invalid_token' | 'insufficient_scope' | undefined;
  /** Seconds, for `Retry-After`. */
  readonly retryAfter: number | undefined;
  /** What was used up, for the RateLimit headers: so many in so many seconds. */
  readonly quota: Quota | undefined;

  constructor(
    refusal: RefusalName,
    more: {
      message?: string;
      challenge?: 'invalid_token' | 'insufficient_scope' | undefined;
      retryAfter?: number;
      quota?: Quota;
      cause?: unknown;
    } = {},
  ) {
    super(more.message ?? refusals[refusal].message, 'cause' in more ? { cause: more.cause } : undefined);
    this.refusal = refusal;
    this.challenge = more.challenge;
    this.retryAfter = more.retryAfter;
    this.quota = more.quota;
  }
}
