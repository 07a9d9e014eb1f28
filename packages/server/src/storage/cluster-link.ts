import type { WhatChanged } from './records.ts';

/**
 * A node's own connection to a database that several nodes share, for what `cluster/` does: to look at what has changed,
 * to say how far one has come, and to see how far the others are. Whatever rejects, rejects with `StoreUnavailable`, and
 * the connection is of no use any more then.
 */
export interface ClusterLink {
  /**
   * Looks at what has been committed, in one statement and thus one moment of the database. The same statement rewrites
   * the node's row in the registry: so a node that was removed from it can't have looked successfully after that.
   */
  look(as: Looking): Promise<Look>;
  /** Enters a node into the registry. Durable when it resolves. */
  register(node: { readonly id: string; readonly name: string; readonly leaseMs: number }): Promise<void>;
  /** Removes a node that has not looked since `beat`; does nothing when it has. */
  prune(id: string, beat: number): Promise<void>;
  /** Removes oneself. */
  leave(id: string): Promise<void>;
  close(): void;
}

export interface Looking {
  /** The id under which it is registered; undefined for somebody who only watches. */
  readonly node: string | undefined;
  /**
   * The snapshot of the look before, whose changes have all been taken in: it is published. Undefined: this is the first
   * one on this connection.
   */
  readonly since: string | undefined;
  /** Bells to ring for the others when this look is committed. */
  readonly ring: ReadonlySet<Bell>;
}

/**
 * `changed`: look, there is something new. `applied`: somebody has taken in something new. They carry nothing, may be
 * lost, and nobody may rely on them.
 */
export type Bell = 'changed' | 'applied';

export interface Look {
  /** Which transactions were visible, as PostgreSQL writes a `pg_snapshot`. */
  readonly snapshot: string;
  /** False when the node is not in the registry, or never was. */
  readonly isRegistered: boolean;
  /**
   * Everything visible now that was not visible in `since`, in no order. Undefined when that can't be told (there was no
   * `since`, it is older than the record, it is of another database's future) or is more than is worth telling.
   */
  readonly changes: readonly SeenChange[] | undefined;
  /** All other nodes. */
  readonly nodes: readonly RegisteredNode[];
}

interface SeenChange {
  /** The transaction that made it. */
  readonly xid: bigint;
  readonly what: WhatChanged;
}

export interface RegisteredNode {
  readonly id: string;
  readonly leaseMs: number;
  /** Another number after each of its looks. */
  readonly beat: number;
  /** The snapshot it has published: everything visible in it has been taken in there. Undefined: nothing yet. */
  readonly applied: string | undefined;
}

/** Opens a link; `onBell` is called for the bells that others ring from then on. */
export type OpenLink = (onBell: (bell: Bell) => void) => Promise<ClusterLink>;

/**
 * When a lease of this length has run out wherever it is, in milliseconds. The margin is for what the two clocks of a node may
 * differ by without ending its lease (`cluster/lease.ts`), and for two machines' clocks, which don't go at quite the same speed.
 */
export function outlived(leaseMs: number): number {
  return leaseMs + Math.max(50, leaseMs / 10);
}

/** What a store on a database that several nodes share has besides. */
export interface SharedDatabase {
  readonly openLink: OpenLink;
  /** Settings of the server, by name, with which a power cut may take what was acknowledged. None, where all is well. */
  readonly unsafeSettings: readonly string[];
  /** The pools as they are now. */
  connections(): Readonly<Record<'reads' | 'writes', ConnectionCounts>>;
}

/** Open connections that are in use or not, and who waits for one. */
export interface ConnectionCounts {
  readonly busy: number;
  readonly idle: number;
  readonly waiting: number;
}
