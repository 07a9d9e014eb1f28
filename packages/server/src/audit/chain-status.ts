import { type KeyObject, verify } from 'node:crypto';
import { formatTime } from '../rfc3339.ts';
import { type AuditHead, type AuditStore, headText } from '../storage/audit-store.ts';

/** What a look at the end of a chain can tell. `whole_end`: its last event is the one that was signed. */
export const CHAIN_STATES = ['whole_end', 'unknown_key', 'bad_signature', 'changed'] as const;

/**
 * Each chain of the audit trail by its end: where it begins and ends, and whether the end is the one that was signed. Costs
 * one read for each chain. Whether all of it is whole only `verifyChain` can tell, from the first event on.
 */
export async function chainStatus(store: AuditStore, publicKeys: ReadonlyMap<string, KeyObject>) {
  const heads = await store.auditHeads();
  return Promise.all(
    heads.map(async (head) => ({
      chain: head.chain,
      first: head.baseN + 1,
      last: head.n,
      time: formatTime(head.time),
      key_id: head.keyId,
      state: await stateOf(store, publicKeys, head),
    })),
  );
}

async function stateOf(
  store: AuditStore,
  publicKeys: ReadonlyMap<string, KeyObject>,
  head: AuditHead,
): Promise<(typeof CHAIN_STATES)[number]> {
  const key = publicKeys.get(head.keyId);
  if (key === undefined) return 'unknown_key';
  if (!verify(null, Buffer.from(headText(head)), key, head.signature)) return 'bad_signature';
  if (head.n === head.baseN) return 'whole_end';
  const [last] = await store.scanAuditChain(head.chain, { after: head.n - 1, limit: 1 });
  return last !== undefined && last.n === head.n && Buffer.compare(last.hash, head.hash) === 0
    ? 'whole_end'
    : 'changed';
}
