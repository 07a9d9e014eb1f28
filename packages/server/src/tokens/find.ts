import type { Clock } from '../clock.ts';
import type { TokenPolicy, TokenUse } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';
import { isAble } from '../users/able.ts';
import { type DigestKeys, digestToken, hasValidSeal } from './digest.ts';
import type { LastUses } from './last-use.ts';
import { createPrincipalMemory } from './memory.ts';
import { causeOfDeath } from './policy.ts';
import type { Principal } from './principal.ts';
import { isTokenString } from './token-string.ts';

/** The one way from a token string to the principal it stands for: every door that accepts a token comes through here. */
export interface TokenFinder {
  /**
   * Undefined means "not accepted", whatever the reason. Answers at once when it remembers, else with a promise that
   * rejects with `StoreUnavailable` when it can't tell. An accepted token counts as used.
   */
  find(
    tokenString: string,
    use: Omit<TokenUse, 'time'>,
  ): Principal | undefined | Promise<Principal | undefined>;
  /**
   * The same without a promise: undefined when the store must be asked, or the token is not accepted; `find` tells which.
   * Throws `StoreUnavailable`.
   */
  findRemembered(tokenString: string, use: Omit<TokenUse, 'time'>): Principal | undefined;
  /** Store reads so far, and tokens remembered. */
  counts(): { readonly reads: number; readonly remembered: number };
}

export interface FinderParts {
  readonly store: Store;
  readonly digestKeys: DigestKeys;
  readonly clock: Clock;
  readonly policy: TokenPolicy;
  readonly lastUses: LastUses;
}

export function createTokenFinder({ store, digestKeys, clock, policy, lastUses }: FinderParts): TokenFinder {
  const memory = store.newChanges === undefined ? undefined : createPrincipalMemory(store.newChanges);
  let reads = 0;

  async function read(tokenString: string): Promise<Principal | undefined> {
    reads += 1;
    const mark = memory?.mark() ?? 0;
    const found = await store.findToken(digestKeys.map((key) => digestToken(key, tokenString)));
    if (found === undefined || !hasValidSeal(digestKeys, found.token)) return undefined;
    const { user, token } = found;
    const { id, name, created, expiry, scopes } = token;
    const principal = { user, token: { id, name, created, expiry, scopes } };
    memory?.remember(tokenString, principal, mark);
    return principal;
  }

  /** What can end a token without anybody doing anything: time. */
  function isAlive({ user, token }: Principal, lastUsed: number | null, now: number): boolean {
    return isAble(user, now) && causeOfDeath(token, lastUsed, policy, now) === undefined;
  }

  async function lastUse(tokenId: string): Promise<number | null> {
    const pending = lastUses.pending(tokenId);
    if (pending !== undefined) return pending.time;
    return (await store.findTokenById(tokenId))?.lastUsed?.time ?? null;
  }

  function accept(principal: Principal, use: Omit<TokenUse, 'time'>, time: number): Principal {
    const { ip, activity, userAgent } = use;
    lastUses.note(principal.token.id, { time, ip, activity, userAgent });
    return principal;
  }

  async function findInStore(
    tokenString: string,
    use: Omit<TokenUse, 'time'>,
  ): Promise<Principal | undefined> {
    const principal = await read(tokenString);
    if (principal === undefined) return undefined;
    const lastUsed = policy.idleTimeout === null ? null : await lastUse(principal.token.id);
    const now = clock.now();
    return isAlive(principal, lastUsed, now) ? accept(principal, use, now) : undefined;
  }

  function findRemembered(tokenString: string, use: Omit<TokenUse, 'time'>): Principal | undefined {
    const principal = memory?.recall(tokenString);
    if (principal === undefined) return undefined;
    const now = clock.now();
    if (policy.idleTimeout === null)
      return isAlive(principal, null, now) ? accept(principal, use, now) : undefined;
    // Idle time is known here only while a use is still in memory; else the store is asked for it.
    const lastUsed = lastUses.pending(principal.token.id)?.time;
    return lastUsed !== undefined && isAlive(principal, lastUsed, now)
      ? accept(principal, use, now)
      : undefined;
  }

  return {
    find: (tokenString, use) =>
      findRemembered(tokenString, use) ??
      (isTokenString(tokenString) ? findInStore(tokenString, use) : undefined),
    findRemembered,
    counts: () => ({ reads, remembered: memory?.size() ?? 0 }),
  };
}
