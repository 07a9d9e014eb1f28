import { hash } from 'node:crypto';
import type { UserRecord, WhatChanged } from '../storage/records.ts';
import type { Principal } from './principal.ts';

/**
 * Verifications, remembered. An entry may be used only as long as the store confirms that nothing has changed about it:
 * at each look, whatever was committed since, by whichever process, is taken in first. So the memory is never stale, not
 * even for an instant.
 *
 * There is no negative memory: an unknown token is looked up each time.
 */
export interface PrincipalMemory {
  /**
   * The remembered principal, undefined when there is none; the same object at each recall, so that others may hang on
   * to it what they made of it. Throws `StoreUnavailable` when it can't be confirmed.
   */
  recall(tokenString: string): Principal | undefined;
  /** What would be recalled, if nothing has changed: only a guess until `refresh` and then `holds` have confirmed it. */
  guess(tokenString: string): Guess | undefined;
  /** Takes in what was committed until now. Throws `StoreUnavailable` when the store can't tell. */
  refresh(): void;
  /** Whether a guess was right, by what was taken in. */
  holds(guess: Guess): boolean;
  /** A mark to take before a principal is read from the store; see `remember`. */
  mark(): number;
  /** Remembers what was read, unless something has changed since the mark: it might have been this. */
  remember(tokenString: string, principal: Principal, mark: number): void;
  size(): number;
}

export interface Guess {
  readonly principal: Principal;
  /** Where it was found. */
  readonly key: string;
}

/**
 * @param maxEntries The oldest are dropped beyond it. Default: 500,000, about 130 MiB.
 * @param maxNoted Ended tokens that may be noted one by one before the entries are gone through for them. Default: 10,000.
 */
export function createPrincipalMemory(
  newChanges: () => readonly WhatChanged[],
  { maxEntries = 500_000, maxNoted = 10_000 } = {},
): PrincipalMemory {
  const entries = new Map<string, Principal>();
  // The user of many tokens, once. An entry whose user is not the one here was made void by a change.
  const users = new Map<string, UserRecord>();
  // An index by token id would cost a fifth of the memory; that a token has ended is noted here instead.
  const ended = new Set<string>();
  const scopes = new Map<string, readonly string[]>();
  let changes = 0;

  function takeInChanges(): void {
    for (const change of newChanges()) {
      changes += 1;
      if (change.kind === 'token') ended.add(change.tokenId);
      else if (change.kind === 'user') users.delete(change.userId);
      else for (const known of [entries, users, ended, scopes]) known.clear();
    }
    if (ended.size <= maxNoted) return;
    for (const [key, { token }] of entries) if (ended.has(token.id)) entries.delete(key);
    ended.clear();
  }

  function isUnchanged({ user, token }: Principal): boolean {
    return users.get(user.id) === user && !ended.has(token.id);
  }

  return {
    guess(tokenString) {
      const key = keyOf(tokenString);
      const principal = entries.get(key);
      return principal && { principal, key };
    },
    refresh: takeInChanges,
    // Still an entry: an end that was noted may have been forgotten together with it.
    holds: ({ principal, key }) => entries.get(key) === principal && isUnchanged(principal),
    recall(tokenString) {
      const key = keyOf(tokenString);
      // Junk is not worth asking the store what has changed.
      if (!entries.has(key)) return undefined;
      takeInChanges();
      const principal = entries.get(key);
      if (principal === undefined) return undefined;
      if (isUnchanged(principal)) return principal;
      entries.delete(key);
      return undefined;
    },
    mark() {
      takeInChanges();
      return changes;
    },
    remember(tokenString, { user, token }, mark) {
      takeInChanges();
      if (changes !== mark) return;
      const shared = users.get(user.id) ?? user;
      users.set(user.id, shared);
      const text = token.scopes.join(' ');
      const sharedScopes = scopes.get(text) ?? token.scopes;
      if (scopes.size < 1_000) scopes.set(text, sharedScopes);
      entries.set(keyOf(tokenString), { user: shared, token: { ...token, scopes: sharedScopes } });
      if (entries.size > maxEntries) entries.delete(entries.keys().next().value as string);
    },
    size: () => entries.size,
  };
}

/** Not the token string itself: a dump of the memory must not be a list of tokens. */
function keyOf(tokenString: string): string {
  // A byte a character: as text in base64 it would be a third longer, 100,000 times.
  return hash('sha256', tokenString, 'binary');
}
