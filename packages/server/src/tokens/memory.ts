import { hash } from 'node:crypto';
import type { Change, UserRecord } from '../storage/records.ts';
import type { Principal } from './principal.ts';

/**
 * Verifications, remembered. An entry may be used only as long as the store confirms that nothing has changed about it:
 * before each look, whatever was committed since, by whichever process, is forgotten here. So the memory is never
 * stale, not even for an instant.
 *
 * There is no negative memory: an unknown token is looked up each time.
 */
export interface PrincipalMemory {
  /** The remembered principal, undefined when there is none. Throws `StoreUnavailable` when it can't be confirmed. */
  recall(tokenString: string): Principal | undefined;
  /** A mark to take before a principal is read from the store; see `remember`. */
  mark(): number;
  /** Remembers what was read, unless something was forgotten since the mark: it might have been this. */
  remember(tokenString: string, principal: Principal, mark: number): void;
  size(): number;
}

/** The user of many tokens, once: when the user changes, all entries that hang on it are void. */
interface Slot {
  user: UserRecord | undefined;
}

interface Entry {
  readonly key: string;
  /** The same object at each recall, so that others may hang on to it what they made of it. */
  readonly principal: Principal;
  readonly slot: Slot;
}

/** @param maxEntries The oldest are dropped beyond it. Default: 500,000, about 150 MiB. */
export function createPrincipalMemory(
  newChanges: () => readonly Change[],
  maxEntries = 500_000,
): PrincipalMemory {
  const byKey = new Map<string, Entry>();
  const byTokenId = new Map<string, Entry>();
  const slots = new Map<string, Slot>();
  let generation = 0;

  function forget(entry: Entry): void {
    byKey.delete(entry.key);
    byTokenId.delete(entry.principal.token.id);
  }

  function forgetChanged(): void {
    for (const change of newChanges()) {
      generation += 1;
      if (change.kind === 'token') {
        const entry = byTokenId.get(change.tokenId);
        if (entry !== undefined) forget(entry);
      } else if (change.kind === 'user') {
        const slot = slots.get(change.userId);
        if (slot !== undefined) slot.user = undefined;
        slots.delete(change.userId);
      } else {
        for (const slot of slots.values()) slot.user = undefined;
        byKey.clear();
        byTokenId.clear();
        slots.clear();
      }
    }
  }

  return {
    recall(tokenString) {
      const key = keyOf(tokenString);
      // Junk is not worth asking the store what has changed.
      if (!byKey.has(key)) return undefined;
      forgetChanged();
      const entry = byKey.get(key);
      if (entry === undefined) return undefined;
      if (entry.slot.user !== undefined) return entry.principal;
      forget(entry);
      return undefined;
    },
    mark() {
      forgetChanged();
      return generation;
    },
    remember(tokenString, principal, mark) {
      forgetChanged();
      if (generation !== mark) return;
      const { token, user } = principal;
      let slot = slots.get(user.id);
      if (slot === undefined) {
        slot = { user };
        slots.set(user.id, slot);
      }
      const entry = { key: keyOf(tokenString), principal: { token, user: slot.user ?? user }, slot };
      byKey.set(entry.key, entry);
      byTokenId.set(token.id, entry);
      if (byKey.size > maxEntries) forget(byKey.values().next().value as Entry);
    },
    size: () => byKey.size,
  };
}

/** Not the token string itself: a dump of the memory must not be a list of tokens. */
function keyOf(tokenString: string): string {
  return hash('sha256', tokenString, 'base64');
}
