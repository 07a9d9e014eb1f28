/** Who a request acts as, once its token has been verified. Frozen. */
export interface Principal {
  /** The user's e-mail address. It may change; `userId` does not. */
  readonly email: string;
  readonly userId: string;
  /** The token's public name, safe to show and log. */
  readonly tokenId: string;
  /** What the token may be used for; `*` is everything its user may do. */
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  /** When the token expires; null when it never does. */
  readonly expires: Date | null;
}

/** What the service says of a living token. `expires` in milliseconds since 1970. */
export type TokenFacts = Readonly<Omit<Principal, 'expires'>> & { readonly expires: number | null };

/** A principal of its own for each request: no handler can change another's. */
export function principalOf(facts: TokenFacts): Principal {
  return Object.freeze({
    email: facts.email,
    userId: facts.userId,
    tokenId: facts.tokenId,
    scopes: facts.scopes,
    groups: facts.groups,
    expires: facts.expires === null ? null : new Date(facts.expires),
  });
}

/** Whether a principal's token covers every scope asked for. */
export function covers(principal: Principal, scopes: readonly string[]): boolean {
  return principal.scopes.includes('*') || scopes.every((scope) => principal.scopes.includes(scope));
}

/**
 * Reads the answer to an introspection (RFC 7662 section 2.2): undefined unless the token is active.
 *
 * @throws TypeError when it is no such answer: what can't be read is not taken for a no, and less for a yes
 */
export function readIntrospection(body: unknown): TokenFacts | undefined {
  if (typeof body !== 'object' || body === null) throw new TypeError('not an object');
  const { active, scope = '', username, sub, jti, exp = null, groups = [] } = body as Record<string, unknown>;
  if (active === false) return undefined;
  if (active !== true) throw new TypeError("'active' is not a boolean");
  if (!isName(username) || !isName(sub) || !isName(jti)) throw new TypeError('a name is missing');
  if (typeof scope !== 'string') throw new TypeError("'scope' is not a string");
  if (exp !== null && !(typeof exp === 'number' && Number.isFinite(exp))) {
    throw new TypeError("'exp' is not a number");
  }
  if (!Array.isArray(groups) || !groups.every((group) => typeof group === 'string')) {
    throw new TypeError("'groups' is not a list of strings");
  }
  return {
    email: username,
    userId: sub,
    tokenId: jti,
    scopes: Object.freeze(scope.split(' ').filter((name) => name !== '')),
    groups: Object.freeze([...groups]),
    expires: exp === null ? null : exp * 1000,
  };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
