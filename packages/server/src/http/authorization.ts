/**
 * The `Authorization` header, from text to meaning (RFC 9110 section 11.6.2). Pure: knows no tokens and no users.
 */

/** `none`: no credential was sent. `malformed`: something was, but nothing we read as a token. */
export type Credential =
  | { readonly kind: 'token'; readonly value: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed' };

const NONE: Credential = { kind: 'none' };
const MALFORMED: Credential = { kind: 'malformed' };

/** The schemes that mean an auth token, in lower case: the v4 API's own, RFC 6750's, and the documented example's. */
const SCHEMES = new Set(['giantswarm', 'bearer', 'token']);
const TOKEN68 = /^[A-Za-z0-9._~+/-]+=*$/;
const SCHEME_AND_TOKEN = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+) +([A-Za-z0-9._~+/-]+=*)$/;

/** Reads one header value. A bare token without a scheme counts too: the documented example sends that. */
export function parseAuthorization(header: string | undefined): Credential {
  if (header === undefined) return NONE;
  if (TOKEN68.test(header)) return { kind: 'token', value: header };
  const match = SCHEME_AND_TOKEN.exec(header);
  if (match === null) return MALFORMED;
  const [, scheme, value] = match as unknown as [string, string, string];
  return SCHEMES.has(scheme.toLowerCase()) ? { kind: 'token', value } : MALFORMED;
}

/** Whether a request carries a header more than once; Node's `headers` would show only the first. */
export function isRepeated(rawHeaders: readonly string[], lowerCaseName: string): boolean {
  let seen = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) seen += 1;
  }
  return seen > 1;
}
