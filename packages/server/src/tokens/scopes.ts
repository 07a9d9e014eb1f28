/**
 * Scopes: what a token is good for (RFC 6749 section 3.3). Most names belong to the resource servers that check for them;
 * a few are reserved for Guardbee's own API, and the table of rights says which route asks for which.
 */

/** Everything its user may do: what a plain login gets, and what satisfies any scope that is asked for. */
export const EVERYTHING = '*';

/** The names that open something of Guardbee's own. */
const RESERVED_SCOPES = {
  '*': 'everything the user may do; what a plain login gets',
  tokens: "list and end the user's tokens",
  users: "the users' operations, as far as the user may call them",
  audit: 'read the audit trail and the activities; administrators only',
  introspect:
    'ask about tokens of others: introspection, TokenReview, the revocation stream; administrators only',
} as const;

export type ReservedScope = keyof typeof RESERVED_SCOPES;

/** One scope token: printable ASCII without space, quote and backslash (RFC 6749 appendix A.4). */
export const SCOPE_PATTERN = '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,100}$';

/** Whether a token of these scopes may do what asks for `needed`; null asks for none. */
export function satisfies(scopes: readonly string[], needed: string | null): boolean {
  return needed === null || scopes.includes(needed) || scopes.includes(EVERYTHING);
}
