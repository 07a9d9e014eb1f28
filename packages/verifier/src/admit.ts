import { parseAuthorization } from './authorization.ts';
import type { Verifier } from './create-verifier.ts';
import { refuseUnknown } from './options.ts';
import { covers, type Principal } from './principal.ts';
import { isVerifierUnavailable } from './unavailable.ts';

export interface RequireTokenOptions {
  /**
   * Scopes (RFC 6749 section 3.3) the token must have, all of them; a token of scope `*` has every one. Default none:
   * then any living token will do, also one that was made narrow for some other service.
   */
  readonly scopes?: readonly string[] | undefined;
}

/** What an adapter has read off its framework's request. */
export interface Presented {
  readonly authorization: string | undefined;
  /** Whether there was more than one `Authorization` header. */
  readonly isRepeated: boolean;
  readonly requestId: string | undefined;
  readonly activity: string | undefined;
}

/** A reply that refuses a request, for any framework to send as it is. */
interface Refusal {
  readonly status: 401 | 403 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Admission =
  | { readonly principal: Principal; readonly refusal?: never }
  | { readonly refusal: Refusal; readonly principal?: never };

const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const CHALLENGE = 'giantswarm realm="guardbee", Bearer realm="guardbee"';
const DENIED = {
  code: 'PERMISSION_DENIED',
  message: 'The requested resource cannot be accessed using the provided authentication details.',
};
const UNAVAILABLE = {
  code: 'NOT_YET_AVAILABLE',
  message: 'The service cannot answer right now. Please try again shortly.',
};

/**
 * Decides who may pass: the one place behind every adapter.
 *
 * @throws TypeError at once for wrong options
 */
export function admission(
  verifier: Verifier,
  options: RequireTokenOptions = {},
): (presented: Presented) => Promise<Admission> {
  if (typeof verifier?.verify !== 'function') {
    throw new TypeError('requireToken: the first argument must be what createVerifier gave');
  }
  const scopes = checkScopes(options);

  return async ({ authorization, isRepeated, requestId, activity }) => {
    const credential = parseAuthorization(authorization);
    // RFC 6750 section 3: no error attribute for who has sent no credential.
    if (credential.kind === 'none') return { refusal: unauthorized('') };
    if (credential.kind !== 'token' || isRepeated) return { refusal: unauthorized('invalid_token') };
    let principal: Principal | undefined;
    try {
      principal = await verifier.verify(credential.value, { requestId, activity });
    } catch (error) {
      if (!isVerifierUnavailable(error)) throw error;
      return { refusal: refusal(503, { 'retry-after': String(error.retryAfter) }, UNAVAILABLE) };
    }
    if (principal === undefined) return { refusal: unauthorized('invalid_token') };
    return covers(principal, scopes) ? { principal } : { refusal: forbidden(scopes) };
  };
}

function checkScopes(options: RequireTokenOptions): readonly string[] {
  refuseUnknown('requireToken', options, ['scopes']);
  const { scopes = [] } = options;
  if (
    !Array.isArray(scopes) ||
    !scopes.every((scope) => typeof scope === 'string' && SCOPE_TOKEN.test(scope))
  ) {
    throw new TypeError("requireToken: scopes must be a list of scope tokens, like ['orders:read']");
  }
  return [...scopes];
}

function unauthorized(error: string): Refusal {
  const challenge = error === '' ? CHALLENGE : `${CHALLENGE}, error="${error}"`;
  return refusal(401, { 'www-authenticate': challenge }, DENIED);
}

function forbidden(scopes: readonly string[]): Refusal {
  const challenge = `${CHALLENGE}, error="insufficient_scope", scope="${scopes.join(' ')}"`;
  return refusal(403, { 'www-authenticate': challenge }, DENIED);
}

function refusal(status: Refusal['status'], headers: Record<string, string>, body: object): Refusal {
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}
