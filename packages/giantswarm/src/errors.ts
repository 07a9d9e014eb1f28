import type { ApiResponse } from './api-response.ts';
import { reasonPhrase } from './reason-phrases.ts';

// one brand for every copy of this package in a process: `instanceof` would tell them apart
const brand: unique symbol = Symbol.for('giantswarm.ApiError') as never;

/**
 * The service refused: a status outside 2xx. `message` is the status text ("Unauthorized"); what the
 * service says about it stands in `response.body.message`. `name` stays `Error`, as in the old client.
 */
export class ApiError extends Error {
  /** HTTP status code, 300–599. */
  readonly status: number;
  /** The whole response. */
  readonly response: ApiResponse;
  /** The service's own code, like `INVALID_CREDENTIALS`; undefined when the body carries none. */
  readonly code: string | undefined;
  /** `X-Request-ID` of the reply: quote it to whoever runs the service. */
  readonly requestId: string | undefined;
  /**
   * Seconds to wait before another try, ≥ 0, from `Retry-After` (RFC 9110 §10.2.3: seconds or a date);
   * undefined when there is none or it makes no sense.
   */
  readonly retryAfter: number | undefined;

  constructor(response: ApiResponse, statusText = '') {
    super(reasonPhrase(response.status, statusText));
    this.status = response.status;
    this.response = withHeaders(response);
    const code = response.body?.code;
    this.code = typeof code === 'string' ? code : undefined;
    this.requestId = response.get('x-request-id');
    this.retryAfter = secondsToWait(response.get('retry-after'), response.get('date'));
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Whether something caught is the service's refusal, also one made by another copy of this package. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && brand in error;
}

/** The response with its headers copied, so that a logged error shows them. */
function withHeaders(response: ApiResponse): ApiResponse {
  return response.headers && response;
}

function secondsToWait(retryAfter: string | undefined, date: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(retryAfter)) return Number(retryAfter);
  // the service's own clock, where it is told, so that a wrong clock here does no harm
  const now = Date.parse(date ?? '') || Date.now();
  const until = Date.parse(retryAfter);
  return Number.isNaN(until) ? undefined : Math.max(0, Math.ceil((until - now) / 1000));
}

/**
 * An answer that is neither a result nor a refusal: a redirect of a call that must not be repeated, or a
 * 2xx that is not the promised JSON. `code` is `ERR_UNEXPECTED_RESPONSE`.
 */
export function unexpectedResponse(message: string, response: ApiResponse): Error {
  return Object.assign(new Error(message), {
    code: 'ERR_UNEXPECTED_RESPONSE',
    status: response.status,
    response: withHeaders(response),
  });
}

/** A time limit passed; `timeout` is that limit in milliseconds, `code` is `ECONNABORTED`. */
export function timeoutError(kind: 'Timeout' | 'Response timeout', timeout: number): Error {
  return Object.assign(new Error(`${kind} of ${timeout}ms exceeded`), { code: 'ECONNABORTED', timeout });
}
