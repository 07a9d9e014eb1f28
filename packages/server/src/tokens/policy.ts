import type { EndCause, TokenPolicy, TokenRecord } from '../storage/records.ts';
import { hasExpired } from '../users/able.ts';

/** What limits a token's life: its own expiry, and the operator's policy on top. */

/** When a token ends if it is used all the time; null = never. This is the `expiry` that replies show. */
export function effectiveExpiry(
  token: Pick<TokenRecord, 'created' | 'expiry'>,
  policy: TokenPolicy,
): number | null {
  const ends = [token.expiry, policy.maxAge === null ? null : token.created + policy.maxAge];
  const known = ends.filter((end) => end !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** Why a token is dead by now, undefined while it lives. `lastUsed`: milliseconds, null when it was never used. */
export function causeOfDeath(
  token: Pick<TokenRecord, 'created' | 'expiry'>,
  lastUsed: number | null,
  policy: TokenPolicy,
  now: number,
): Extract<EndCause, 'expired' | 'policy' | 'idle'> | undefined {
  if (hasExpired(token.expiry, now)) return 'expired';
  if (policy.maxAge !== null && token.created + policy.maxAge <= now) return 'policy';
  if (policy.idleTimeout !== null && (lastUsed ?? token.created) + policy.idleTimeout <= now) return 'idle';
  return undefined;
}
