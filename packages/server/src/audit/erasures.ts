import type { AuditHead, ChainedAuditEvent } from '../storage/audit-store.ts';
import type { ChainFault } from './verify-chain.ts';

/** Clocks of several services differ, and one may have been set. */
const CLOCKS_DIFFER_MS = 86_400_000;

type Place = Pick<ChainedAuditEvent, 'n' | 'time'>;

/** Events of one subject and actor that have lost their personal part. */
interface Bare {
  readonly users: readonly (string | null)[];
  readonly first: Place;
  latest: Place;
  count: number;
}

interface ChainNotes {
  readonly erased: Set<string>;
  readonly bare: Map<string, Bare>;
  readonly baseN: number;
  /** The time of its oldest event; of its end when there is none. */
  begin: number;
}

/**
 * Whether erasures account for the personal parts that are gone: whoever can write the database can take one away, and
 * the chain, which covers its digest only, stays whole. An erasure leaves `user.erased` behind everything that it touched:
 * behind it in the same chain, and in another one at a place that tells nothing. Kept is one note for each subject and
 * actor, however long the chains are.
 *
 * Retention never takes an erasure and leaves an event that it touched in the same chain. In another chain it may: what is
 * older than the oldest event there, or about as old, can't be told any more, and is not blamed.
 */
export class Erasures {
  readonly #chains = new Map<string, ChainNotes>();

  begin(chain: string, head: Pick<AuditHead, 'baseN' | 'time'> | undefined): void {
    this.#chains.set(chain, {
      erased: new Set(),
      bare: new Map(),
      baseN: head?.baseN ?? 0,
      begin: head?.time ?? 0,
    });
  }

  /** In the order of the chain, and none from behind its signed end. */
  take({ chain, n, time, event, subject, actor, personal, salt, personalDigest }: ChainedAuditEvent): void {
    const notes = this.#chains.get(chain);
    if (notes === undefined) return;
    if (n === notes.baseN + 1) notes.begin = time;
    if (event === 'user.erased' && subject !== null) {
      notes.erased.add(subject);
      for (const [key, { users }] of notes.bare) if (users.includes(subject)) notes.bare.delete(key);
    }
    if (personal !== null || salt !== null || personalDigest === null) return;
    const users = [subject, actor];
    const key = JSON.stringify(users);
    const bare = notes.bare.get(key) ?? { users, first: { n, time }, latest: { n, time }, count: 0 };
    if (time >= bare.latest.time) bare.latest = { n, time };
    bare.count += 1;
    notes.bare.set(key, bare);
  }

  /** When all chains have been read. */
  unaccounted(): ChainFault[] {
    return [...this.#chains].flatMap(([chain, { bare }]) => {
      const others = [...this.#chains].flatMap(([name, notes]) => (name === chain ? [] : [notes]));
      const begins = others.filter(({ baseN }) => baseN > 0).map(({ begin }) => begin + CLOCKS_DIFFER_MS);
      const certain = Math.max(Number.NEGATIVE_INFINITY, ...begins);
      return [...bare.values()].flatMap(({ users, first, latest, count }) => {
        const isErased = others.some(({ erased }) => users.some((user) => user !== null && erased.has(user)));
        if (isErased || latest.time < certain) return [];
        const { n } = first.time < certain ? latest : first;
        const more = count === 1 ? '' : `, and that of ${count - 1} more by and about the same users`;
        const message = `The personal part of event ${n} is gone, and no erasure accounts for it${more}.`;
        return [{ chain, n, fault: 'personal_gone', message } as const];
      });
    });
  }
}
