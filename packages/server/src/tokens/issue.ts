import type { Clock } from '../clock.ts';
import { newId } from '../ids.ts';
import type { Act, TokenRecord, UserRecord } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';
import { type DigestKeys, digestToken, sealToken } from './digest.ts';
import { newTokenString } from './token-string.ts';

/**
 * Gives a user a new token. The token string exists only in the answer. `stale`: the user was changed since
 * `verifiedHash` was read, and may not be let in on the strength of it.
 */
export async function issueToken(
  { store, digestKeys, clock }: { store: Store; digestKeys: DigestKeys; clock: Clock },
  user: UserRecord,
  act: Omit<Act, 'time' | 'actor'>,
): Promise<{ tokenString: string; token: TokenRecord } | 'stale'> {
  const tokenString = newTokenString();
  const [key] = digestKeys;
  const time = clock.now();
  const unsealed = {
    id: newId(),
    userId: user.id,
    digest: digestToken(key, tokenString),
    keyId: key.id,
    name: null,
    created: time,
    expiry: null,
    scopes: ['*'],
  };
  const token = { ...unsealed, seal: sealToken(key, unsealed) };
  const outcome = await store.issueToken(token, user.passwordHash, { ...act, time, actor: user.id });
  return outcome === 'stale' ? outcome : { tokenString, token };
}
