import type { Clock } from '../clock.ts';
import { Refusal } from '../errors.ts';
import type { Act, EndedToken, ListedToken } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';
import type { Principal } from './principal.ts';
import { revokeToken } from './revoke.ts';

/** A token by its id, for its owner and for administrators: living or ended. */
export type KnownToken = ListedToken | EndedToken;

export function hasEnded(token: KnownToken): token is EndedToken {
  return 'ended' in token;
}

/**
 * Throws `RESOURCE_NOT_FOUND` for administrators; whoever else asks gets `PERMISSION_DENIED` for what isn't theirs,
 * whether it exists or not.
 */
export async function getKnownToken(store: Store, id: string, asker: Principal): Promise<KnownToken> {
  const living = await store.findTokenById(id);
  const known = living ?? (await store.findEndedToken(id));
  const owner = living?.token.userId ?? (known === undefined || !hasEnded(known) ? undefined : known.userId);
  if (known !== undefined && (owner === asker.user.id || asker.user.admin)) return known;
  if (!asker.user.admin) throw new Refusal('PERMISSION_DENIED', { challenge: 'insufficient_scope' });
  throw new Refusal('RESOURCE_NOT_FOUND', {
    message: `The token could not be found. (not found: token with id '${id}')`,
  });
}

/** Ends a token by its id. One that has ended already stays as it is. */
export async function endKnownToken(
  parts: { store: Store; clock: Clock },
  id: string,
  asker: Principal,
  act: Omit<Act, 'time'>,
): Promise<void> {
  const known = await getKnownToken(parts.store, id, asker);
  if (!hasEnded(known)) await revokeToken(parts, id, 'revoked', act);
  // Whoever has ended it may still be waiting for other nodes.
  else await parts.store.settle();
}
