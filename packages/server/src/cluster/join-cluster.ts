import type { SharedDatabase } from '../storage/cluster-link.ts';
import type { WhatChanged } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';
import { createAcknowledgements } from './acknowledgements.ts';
import { Follower } from './follower.ts';
import { createLease } from './lease.ts';

export interface Membership {
  /** How long this node may answer from memory without a look at the database, in milliseconds. */
  readonly leaseMs: number;
  /** For people who look at the registry. Undefined: nothing is remembered here; acts wait for those who do. */
  readonly name: string | undefined;
  readonly report: (error: unknown) => void;
}

/** What can be told of a node among others. Times in milliseconds. */
export interface ClusterState {
  /** Since the lease began; undefined when there is none. */
  readonly leaseAge: number | undefined;
  /** Registered nodes, this one included. */
  readonly nodes: number;
  /** After this time a revocation is known everywhere, whatever has failed. */
  readonly bound: number;
  readonly looks: number;
  /** How acts that took something away ended: taken in by all, leases run out, not found out. */
  readonly waits: Readonly<Record<'applied' | 'expired' | 'unknown', number>>;
  /** Together. */
  readonly waited: number;
  readonly connections: ReturnType<SharedDatabase['connections']>;
}

export interface SharedStore extends Store, Pick<SharedDatabase, 'unsafeSettings'> {
  clusterState(): ClusterState;
  /** Its acts without the wait, for whoever calls `settle` after them and has something else to do meanwhile. */
  readonly unsettled: Store;
}

/**
 * Milliseconds within which an act and finding out who else is there are done or refused; a long act leaves the latter at
 * least a part of it.
 */
const patience = 1_800;
const leastPatience = 500;

/** Looks within the time of a lease, so that one that is late does not end it. */
const looksPerLease = 4;

/**
 * A store on a database that several nodes share, which keeps the two promises of the contract that make remembered
 * verifications possible: `newChanges`, and that an act which took something away resolves only when no node can accept
 * it any more. When that can't be found out, the act has happened, but rejects with `StoreUnavailable`.
 *
 * With a name it resolves when the node is registered and has its first lease, or could not get it in time: it is tried
 * on then.
 */
export async function joinCluster(
  store: Store & SharedDatabase,
  { leaseMs, name, report }: Membership,
): Promise<SharedStore> {
  const lease = createLease(leaseMs);
  const acknowledgements = createAcknowledgements(leaseMs);
  const follower = new Follower({
    openLink: store.openLink,
    lease,
    acknowledgements,
    member: name === undefined ? undefined : { name, leaseMs },
    interval: leaseMs / looksPerLease,
    report,
  });
  const waits = { applied: 0, expired: 0, unknown: 0 };
  let waited = 0;

  async function settle(left = patience): Promise<void> {
    const begin = performance.now();
    try {
      waits[await acknowledgements.wait(await follower.look(left), begin)] += 1;
    } catch (error) {
      waits.unknown += 1;
      throw error;
    } finally {
      waited += performance.now() - begin;
    }
  }

  async function settled<T>(act: Promise<T>): Promise<T> {
    const begin = performance.now();
    const outcome = await act;
    await settle(Math.max(leastPatience, patience - (performance.now() - begin)));
    return outcome;
  }

  let isFirst = true;
  function newChanges(): readonly WhatChanged[] {
    const changes = follower.newChanges();
    if (!isFirst) return changes;
    // Nobody has remembered anything yet.
    isFirst = false;
    return [];
  }

  if (name !== undefined) await follower.look(patience).catch(report);
  return {
    ...store,
    newChanges: name === undefined ? undefined : newChanges,
    modifyUser: (...given) => settled(store.modifyUser(...given)),
    deleteUser: (...given) => settled(store.deleteUser(...given)),
    setPassword: (...given) => settled(store.setPassword(...given)),
    endToken: (...given) => settled(store.endToken(...given)),
    endTokens: (...given) => settled(store.endTokens(...given)),
    eraseUser: (...given) => settled(store.eraseUser(...given)),
    settle: () => settle(),
    issueToken(token, verifiedHash, act, limit) {
      const issued = store.issueToken(token, verifiedHash, act, limit);
      // Only then others may have ended for it.
      return limit?.action === 'retire-oldest' ? settled(issued) : issued;
    },
    unsettled: store,
    clusterState: () => ({
      leaseAge: lease.age(),
      nodes: acknowledgements.nodes() + (name === undefined ? 0 : 1),
      bound: acknowledgements.bound(),
      looks: follower.counts().looks,
      waits,
      waited,
      connections: store.connections(),
    }),
    async close() {
      await follower.close();
      await store.close();
    },
  };
}
