import type { AuditSigner } from '../storage/audit-store.ts';
import { openStore } from '../storage/open-store.ts';
import type { Store } from '../storage/store.ts';
import { joinCluster, type Membership, type SharedStore } from './join-cluster.ts';

/**
 * Opens the store a database URL names, see `openStore`; where other machines may use the same database, as one of the
 * nodes.
 */
export async function openSharedStore(
  databaseUrl: string,
  { signer, ...membership }: Membership & { readonly signer: AuditSigner },
): Promise<Store | SharedStore> {
  const store = await openStore(databaseUrl, { signer });
  return 'openLink' in store ? joinCluster(store, membership) : store;
}
