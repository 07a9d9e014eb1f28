import type { Clock } from '../clock.ts';
import type { Act, EndCause } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';

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
