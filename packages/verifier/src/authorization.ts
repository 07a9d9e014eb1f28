/**
 * The `Authorization` header, from text to meaning (RFC 9110 section 11.6.2), exactly as the service reads it: no
 * service behind Guardbee may take a credential that Guardbee itself would not.
 */

/** `none`: no credential was sent. `malformed`: something was, but nothing we read as a token. */
export type Credential =
  | { readonly kind: 'token'; readonly value: string }
  | { readonly kind: 'none' | 'malformed' };

/** The schemes that mean an auth token, in lower case. */
const SCHEMES = new Set(['giantswarm', 'bearer', 'token']);
const BARE = /^[A-Za-z0-9._~+/-]+=*$/;
const WITH_SCHEME = /^(?<scheme>[A-Za-z0-9!#$%&'*+.^_`|~-]+) +(?<value>[A-Za-z0-9._~+/-]+=*)$/;

export function parseAuthorization(header: string | undefined): Credential {
  if (header === undefined) return { kind: 'none' };
  if (BARE.test(header)) return { kind: 'token', value: header };
  const { scheme = '', value = '' } = WITH_SCHEME.exec(header)?.groups ?? {};
  return SCHEMES.has(scheme.toLowerCase()) ? { kind: 'token', value } : { kind: 'malformed' };
}

/** Whether a request carries the header more than once; Node's `headers` would show only the first. */
export function isRepeated(rawHeaders: readonly string[]): boolean {
  const names = rawHeaders.filter((_, at) => at % 2 === 0);
  return names.filter((name) => name.length === 13 && name.toLowerCase() === 'authorization').length > 1;
}
