import type { TokenUse } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';

/** Last uses, gathered in memory and written together: a verification must not wait for a write. */
export interface LastUses {
  note(tokenId: string, use: TokenUse): void;
  /** A use that is not written yet. */
  pending(tokenId: string): TokenUse | undefined;
  /**
   * Writes what was gathered; joins a writing that is under way. What could not be written is tried again next time, if
   * nothing newer has come.
   */
  flush(): Promise<void>;
}

/** How often uses are written. With the time a write takes, the last use that others see is at most 5 s behind. */
export const FLUSH_EVERY_MS = 2_000;

/** Uses in one transaction: what ends a token must not wait behind a long one. */
const SLICE = 1_000;

export function createLastUses(store: Pick<Store, 'recordUses'>): LastUses {
  let gathered = new Map<string, TokenUse>();
  let writing: ReadonlyMap<string, TokenUse> = new Map();
  let active: Promise<void> | undefined;

  async function write(): Promise<void> {
    writing = gathered;
    gathered = new Map();
    try {
      const uses = [...writing];
      for (let at = 0; at < uses.length; at += SLICE)
        await store.recordUses(new Map(uses.slice(at, at + SLICE)));
    } catch (error) {
      for (const [id, use] of writing) if (!gathered.has(id)) gathered.set(id, use);
      throw error;
    } finally {
      writing = new Map();
      active = undefined;
    }
  }

  return {
    note(tokenId, use) {
      gathered.set(tokenId, use);
    },
    pending: (tokenId) => gathered.get(tokenId) ?? writing.get(tokenId),
    flush() {
      if (active === undefined && gathered.size === 0) return Promise.resolve();
      active ??= write();
      return active;
    },
  };
}
