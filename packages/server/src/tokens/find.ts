import type { Clock } from '../clock.ts';
import type { Verifications } from '../counts.ts';
import type { TokenPolicy, TokenUse } from '../storage/records.ts';
import { type Store, StoreUnavailable } from '../storage/store.ts';
import { isAble } from '../users/able.ts';
import { type DigestKeys, digestToken, hasValidSeal } from './digest.ts';
import type { LastUses } from './last-use.ts';
import { createPrincipalMemory, type Guess } from './memory.ts';
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
   * For many questions at once: what the memory says of a token, without asking the store whether that still holds.
   * Nothing may be accepted on a guess: see `confirm`.
   */
  guess(tokenString: string): Guess | undefined;
  /**
   * Asks the store once what has changed, and then says of each guess made before whether it is right. An accepted token
   * counts as used. Throws `StoreUnavailable` when the store can't tell.
   */
  confirm(): (guess: Guess, use: Omit<TokenUse, 'time'>) => boolean;
  /** Tokens remembered, now. */
  remembered(): number;
}

export interface FinderParts {
  readonly store: Store;
  readonly digestKeys: DigestKeys;
  readonly clock: Clock;
  readonly policy: TokenPolicy;
  readonly lastUses: LastUses;
  /** Ends for good whatever is dead by now: `sweep.ts`. */
  readonly sweep: () => Promise<void>;
  /** What it counts into. */
  readonly verifications: Verifications;
}

/** What has changed may be unknown for a moment, as when a node is cut off: then the memory is no use, but the store is. */
function ifKnown<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined;
    throw error;
  }
}

export function createTokenFinder({
  store,
  digestKeys,
  clock,
  policy,
  lastUses,
  verifications,
  sweep,
}: FinderParts): TokenFinder {
  const memory = store.newChanges === undefined ? undefined : createPrincipalMemory(store.newChanges);

  async function read(tokenString: string): Promise<Principal | undefined> {
    const mark = ifKnown(() => memory?.mark());
    const found = await store.findToken(digestKeys.map((key) => digestToken(key, tokenString)));
    if (found === undefined || !hasValidSeal(digestKeys, found.token)) return undefined;
    const { user, token } = found;
    const { id, name, created, expiry, scopes } = token;
    const principal = { user, token: { id, name, created, expiry, scopes } };
    if (mark !== undefined) ifKnown(() => memory?.remember(tokenString, principal, mark));
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
    const { database } = verifications;
    try {
      const principal = await judge(tokenString, use);
      if (principal === undefined) database.refused += 1;
      else database.accepted += 1;
      return principal;
    } catch (error) {
      database.unavailable += 1;
      throw error;
    }
  }

  async function judge(tokenString: string, use: Omit<TokenUse, 'time'>): Promise<Principal | undefined> {
    const principal = await read(tokenString);
    if (principal === undefined) return undefined;
    const lastUsed = policy.idleTimeout === null ? null : await lastUse(principal.token.id);
    const now = clock.now();
    if (isAlive(principal, lastUsed, now)) return accept(principal, use, now);
    // Whoever is told that it is dead must never see it alive: after a restart the clock may be another. Where nothing can be
    // written just now it is refused all the same.
    await sweep().catch(() => {});
    return undefined;
  }

  /** Accepts a principal that is known to hold, as far as time goes. Idle time is known here only of a recent use. */
  function acceptRemembered(principal: Principal, use: Omit<TokenUse, 'time'>): boolean {
    const now = clock.now();
    const lastUsed = policy.idleTimeout === null ? null : lastUses.pending(principal.token.id)?.time;
    if (lastUsed === undefined || !isAlive(principal, lastUsed, now)) return false;
    accept(principal, use, now);
    verifications.memory.accepted += 1;
    return true;
  }

  return {
    find(tokenString, use) {
      const remembered = ifKnown(() => memory?.recall(tokenString));
      if (remembered !== undefined && acceptRemembered(remembered, use)) return remembered;
      if (isTokenString(tokenString)) return findInStore(tokenString, use);
      verifications.form.refused += 1;
      return undefined;
    },
    guess: (tokenString) => memory?.guess(tokenString),
    confirm() {
      memory?.refresh();
      return (guess, use) => memory?.holds(guess) === true && acceptRemembered(guess.principal, use);
    },
    remembered: () => memory?.size() ?? 0,
  };
}
