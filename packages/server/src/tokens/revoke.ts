import type { Clock } from '../clock.ts';
import type { Act, EndCause } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';
import { type DigestKeys, digestToken, hasValidSeal } from './digest.ts';
import { isTokenString } from './token-string.ts';

/**
 * Ends a token. When this has resolved, no verification that starts later accepts it. `not_found` when it had ended
 * already.
 */
export function revokeToken(
  { store, clock }: { store: Store; clock: Clock },
  tokenId: string,
  cause: EndCause,
  act: Omit<Act, 'time'>,
): Promise<'ended' | 'not_found'> {
  return store.endToken(tokenId, cause, { ...act, time: clock.now() });
}

/** Ends the token of this text, if it is one: holding it is the right to. It is its own user who does it then. */
export async function revokeTokenString(
  parts: { store: Store; clock: Clock; digestKeys: DigestKeys },
  tokenString: string,
  act: Omit<Act, 'time' | 'actor'>,
): Promise<void> {
  if (!isTokenString(tokenString)) return;
  const found = await parts.store.findToken(parts.digestKeys.map((key) => digestToken(key, tokenString)));
  // What has ended a moment ago, another node may not know yet.
  if (found === undefined || !hasValidSeal(parts.digestKeys, found.token)) return parts.store.settle();
  await revokeToken(parts, found.token.id, 'revoked', { ...act, actor: found.user.id });
}
