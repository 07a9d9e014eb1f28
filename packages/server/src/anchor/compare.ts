import type { AuditStore } from '../storage/audit-store.ts';
import type { Heads } from './anchor-file.ts';
import { shorten } from './follow-chains.ts';

/** How a database that doesn't go on from its anchor differs: the chain, where it had come to, and where it ends now. */
export interface Older {
  readonly chain: string;
  readonly reached: number;
  readonly found: number;
}

/**
 * Whether the database has been where its anchor says it was: undefined. Else it is older (a backup, a copy), another
 * one, or the end of an audit chain was cut off.
 */
export async function findOlder(
  store: Pick<AuditStore, 'auditHeads' | 'scanAuditChain'>,
  heads: Heads,
): Promise<Older | undefined> {
  const found = new Map((await store.auditHeads()).map((head) => [head.chain, head]));
  for (const [chain, { n, hash }] of heads) {
    const head = found.get(chain);
    const older = { chain, reached: n, found: head?.n ?? 0 };
    if (head === undefined || head.n < n) return older;
    const [event] = await store.scanAuditChain(chain, { after: n - 1, limit: 1 });
    if (event?.n === n) {
      if (shorten(event.hash) !== hash) return older;
    } else if (head.baseN < n || (head.baseN === n && shorten(head.baseHash) !== hash)) {
      // Not pruned, but gone.
      return older;
    }
  }
  return undefined;
}
