import type { Clock } from '../clock.ts';
import type { Store } from '../storage/store.ts';
import { hasExpired, isAble } from '../users/able.ts';
import { type DigestKeys, digestToken, hasValidSeal } from './digest.ts';
import type { Principal } from './principal.ts';
import { isTokenString } from './token-string.ts';

/**
 * The one way from a token string to the principal it stands for: every door that accepts a token comes through here.
 * Undefined means "not accepted", whatever the reason.
 */
export async function findPrincipal(
  { store, digestKeys, clock }: { store: Store; digestKeys: DigestKeys; clock: Clock },
  tokenString: string,
): Promise<Principal | undefined> {
  if (!isTokenString(tokenString)) return undefined;
  const found = await store.findToken(digestKeys.map((key) => digestToken(key, tokenString)));
  if (found === undefined || !hasValidSeal(digestKeys, found.token)) return undefined;
  const now = clock.now();
  if (hasExpired(found.token.expiry, now) || !isAble(found.user, now)) return undefined;
  return found;
}
