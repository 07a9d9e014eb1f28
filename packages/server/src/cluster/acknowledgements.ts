import { type Look, outlived, type RegisteredNode } from '../storage/cluster-link.ts';
import { covers, parseSnapshot, type Snapshot, sees } from './snapshot.ts';

/**
 * Who has taken in what. From each look it learns which changes there are and how far the others have come, and lets
 * those go who wait until everybody has taken in everything that they have seen, or until it doesn't matter any more.
 */
export interface Acknowledgements {
  /** After each look, `at` its end. With it the waits that are over resolve. */
  take(look: Look, at: number): void;
  /**
   * Waits until all nodes that `look`, the latest one, has found have taken in every recent change that it has found; or
   * until the leases of those that haven't have run out, which is counted from `since`, a time after the changes'
   * commits.
   */
  wait(look: Look, since: number): Promise<'applied' | 'expired'>;
  /** Nodes whose leases have run out without a sign of life, for long or in somebody's way: they may be removed. */
  silent(at: number): { readonly id: string; readonly beat: number }[];
  isWaiting(): boolean;
  /** Milliseconds after a commit when no lease from before it can hold any more. */
  bound(): number;
  /** Other nodes. */
  nodes(): number;
  /** The connection is lost: what was observed on it says nothing of the next one. */
  reset(): void;
}

/** What must be taken in everywhere: one transaction, or where it isn't known which, all that was visible. */
interface Recent {
  readonly what: bigint | Snapshot;
  readonly since: number;
}

interface Node extends RegisteredNode {
  readonly seen: Snapshot | undefined;
  /** When its latest beat was observed first, at the latest. */
  readonly since: number;
}

interface Wait {
  readonly recent: readonly Recent[];
  readonly nodes: readonly string[];
  readonly deadline: number;
  readonly timer: NodeJS.Timeout;
  readonly end: (how: 'applied' | 'expired') => void;
}

/** A node that is in nobody's way stays registered for so many times as long as its lease. */
const quietTimes = 10;

/** @param leaseMs One's own lease. */
export function createAcknowledgements(leaseMs: number, now = () => performance.now()): Acknowledgements {
  const nodes = new Map<string, Node>();
  const inTheWay = new Set<string>();
  const waits = new Set<Wait>();
  let recent: readonly Recent[] = [];

  const limitOf = (found: readonly RegisteredNode[]): number =>
    Math.max(...[leaseMs, ...found.map((node) => node.leaseMs)].map(outlived));

  function observe(found: readonly RegisteredNode[], at: number): void {
    const gone = new Set(nodes.keys());
    for (const node of found) {
      gone.delete(node.id);
      const known = nodes.get(node.id);
      const since = known?.beat === node.beat ? known.since : at;
      const seen = node.applied === undefined ? undefined : parseSnapshot(node.applied);
      nodes.set(node.id, { ...node, seen, since });
      if (since === at) inTheWay.delete(node.id);
    }
    for (const id of gone) {
      nodes.delete(id);
      inTheWay.delete(id);
    }
  }

  /** Those of `ids` that are still there and haven't taken in all of it. */
  function behind(what: readonly Recent[], ids: Iterable<string>): string[] {
    return [...ids].filter((id) => {
      const node = nodes.get(id);
      return node !== undefined && !what.every((one) => hasApplied(node, one));
    });
  }

  return {
    take(look, at) {
      observe(look.nodes, at);
      const xids = new Set(look.changes?.map(({ xid }) => xid));
      const news = look.changes === undefined ? [parseSnapshot(look.snapshot)] : [...xids];
      const limit = limitOf(look.nodes);
      recent = [...recent, ...news.map((what) => ({ what, since: at }))].filter(
        (one) => at < one.since + limit && behind([one], nodes.keys()).length > 0,
      );
      for (const wait of waits) if (behind(wait.recent, wait.nodes).length === 0) wait.end('applied');
    },
    async wait(look, since) {
      const ids = look.nodes.map(({ id }) => id);
      if (behind(recent, ids).length === 0) return 'applied';
      const deadline = since + limitOf(look.nodes);
      return await new Promise((resolve) => {
        const wait: Wait = {
          recent,
          nodes: ids,
          deadline,
          timer: setTimeout(() => wait.end('expired'), Math.ceil(deadline - now()) + 1),
          end(how) {
            clearTimeout(wait.timer);
            waits.delete(wait);
            if (how === 'expired') for (const id of behind(wait.recent, ids)) inTheWay.add(id);
            resolve(how);
          },
        };
        waits.add(wait);
      });
    },
    silent: (at) =>
      [...nodes.values()].filter(({ id, leaseMs: length, since }) => {
        const limit = outlived(length);
        return at - since >= (inTheWay.has(id) ? limit : quietTimes * limit);
      }),
    isWaiting: () => waits.size > 0,
    bound: () => limitOf([...nodes.values()]),
    nodes: () => nodes.size,
    reset() {
      nodes.clear();
      inTheWay.clear();
    },
  };
}

function hasApplied({ seen }: Node, { what }: Recent): boolean {
  if (seen === undefined) return false;
  return typeof what === 'bigint' ? sees(seen, what) : covers(seen, what);
}
