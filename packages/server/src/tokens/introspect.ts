import type { TokenPolicy } from '../storage/records.ts';
import { effectiveExpiry } from './policy.ts';
import type { Principal } from './principal.ts';

/** RFC 7662 section 2.2: what a resource server learns of a token. Of one that is not accepted: only that. */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true;
      readonly scope: string;
      readonly username: string;
      readonly sub: string;
      readonly jti: string;
      readonly token_type: 'Bearer';
      /** Seconds since 1970. */
      readonly iat: number;
      /** Absent when the token never expires. Rounded down: never later than the service itself goes by. */
      readonly exp?: number;
      readonly groups: string[];
    };

export function introspection(principal: Principal | undefined, policy: TokenPolicy): Introspection {
  if (principal === undefined) return { active: false };
  const { user, token } = principal;
  const ends = [effectiveExpiry(token, policy), user.expiry].filter((end) => end !== null);
  return {
    active: true,
    scope: token.scopes.join(' '),
    username: user.email,
    sub: user.id,
    jti: token.id,
    token_type: 'Bearer',
    iat: Math.floor(token.created / 1000),
    ...(ends.length === 0 ? {} : { exp: Math.floor(Math.min(...ends) / 1000) }),
    groups: [...user.groups],
  };
}
