import { type KeyObject, verify } from 'node:crypto';
import { chainHash, digestPersonal } from '../storage/audit-entry.ts';
import { type AuditHead, type ChainedAuditEvent, headText } from '../storage/audit-store.ts';
import type { Erasures } from './erasures.ts';

/** What is wrong with a chain, and where: the `n` of the first event at which it shows. */
export interface ChainFault {
  readonly chain: string;
  readonly n: number;
  readonly fault:
    | 'changed'
    | 'missing'
    | 'out_of_order'
    | 'personal_changed'
    | 'personal_gone'
    | 'cut'
    | 'bad_signature'
    | 'unknown_key'
    | 'no_head'
    | 'rolled_back';
  /** One sentence for a person. */
  readonly message: string;
}

export interface ChainReport {
  readonly chain: string;
  readonly events: number;
  /** The last event found; equal to the head's when nothing is wrong. */
  readonly lastN: number;
  readonly faults: readonly ChainFault[];
}

/** One chain as it was read: its head if there is one, its checkpoints by `n`, its events from the oldest on. */
export interface ReadChain {
  readonly chain: string;
  readonly head: AuditHead | undefined;
  readonly checkpoints: readonly AuditHead[];
  readonly events: AsyncIterable<ChainedAuditEvent> | Iterable<ChainedAuditEvent>;
}

/** A head as far as it is known: `hash` may be the first bytes of one. */
export type Witness = Pick<AuditHead, 'n' | 'hash'>;

/** More than this need not be told one by one: after the first, a person looks. */
const MOST_FAULTS = 20;

/**
 * Recomputes a chain from its beginning to its signed head. Nothing it reads is believed but the public keys: the head's
 * signature says where the chain must end, its checkpoints where it has passed, each hash what came before.
 *
 * @param publicKeys By key id.
 * @param keptKeys Of which the id isn't known, because they were taken away from the service: tried where `publicKeys` has none.
 * @param witnesses Heads of this chain that were noted outside the database: it must have come at least as far, and there.
 * @param erasures Told of the events, to account for the personal parts that are gone when all chains have been read.
 */
export async function verifyChain(
  { chain, head, checkpoints, events }: ReadChain,
  publicKeys: ReadonlyMap<string, KeyObject>,
  {
    keptKeys = [],
    witnesses = [],
    erasures,
  }: { keptKeys?: readonly KeyObject[]; witnesses?: readonly Witness[]; erasures?: Erasures } = {},
): Promise<ChainReport> {
  const faults: ChainFault[] = [];
  const blame = (n: number, fault: ChainFault['fault'], message: string): void => {
    if (faults.length < MOST_FAULTS) faults.push({ chain, n, fault, message });
  };
  const checkSignature = (signed: AuditHead): void => {
    const { n, keyId } = signed;
    const key = publicKeys.get(keyId);
    if ((key === undefined ? keptKeys : [key]).some((one) => isGenuine(signed, one))) return;
    if (key !== undefined) blame(n, 'bad_signature', `The signature at event ${n} is not genuine.`);
    else blame(n, 'unknown_key', `Event ${n} was signed with the key "${keyId}", which is not known here.`);
  };
  if (head === undefined)
    blame(0, 'no_head', 'The chain has no signed head: it cannot be told where it ends.');
  else checkSignature(head);

  const marks = new Map<number, Uint8Array>();
  for (const mark of checkpoints) {
    checkSignature(mark);
    marks.set(mark.n, mark.hash);
  }
  if (head !== undefined) marks.set(head.n, head.hash);
  const reached = head?.n ?? 0;
  for (const { n } of witnesses.filter((witness) => witness.n > reached)) {
    const message = `The chain had come to event ${n} already, and ends at ${reached}: the database is older.`;
    blame(n, 'rolled_back', message);
  }
  const askWitnesses = (n: number, hash: Uint8Array): void => {
    if (witnesses.every((witness) => witness.n !== n || startsWith(hash, witness.hash))) return;
    blame(n, 'rolled_back', `Event ${n} is not the one that was there already: the database is older.`);
  };
  if (head !== undefined) askWitnesses(head.baseN, head.baseHash);

  erasures?.begin(chain, head);
  let expected = (head?.baseN ?? 0) + 1;
  let previous: Uint8Array = head?.baseHash ?? new Uint8Array(32);
  let count = 0;
  for await (const event of events) {
    count += 1;
    if (event.n > expected) blame(expected, 'missing', `Event ${expected} is missing.`);
    if (event.n < expected)
      blame(event.n, 'out_of_order', `Event ${event.n} stands behind event ${expected - 1}.`);
    const follows = event.n === expected;
    const isWhole = same(chainHash(previous, event), event.hash);
    // Behind a gap the link can't hold; that was said already.
    if (follows && !isWhole)
      blame(event.n, 'changed', `Event ${event.n}, or its link to the one before, was changed.`);
    if (!hasOwnPersonalPart(event)) {
      blame(event.n, 'personal_changed', `The personal part of event ${event.n} was changed.`);
    }
    const mark = marks.get(event.n);
    if (mark !== undefined && !same(mark, event.hash)) {
      blame(
        event.n,
        'changed',
        `Event ${event.n} is not the one that was signed: something up to it was rewritten.`,
      );
    }
    askWitnesses(event.n, event.hash);
    if (event.n <= reached) erasures?.take(event);
    expected = event.n + 1;
    previous = event.hash;
  }
  if (head !== undefined && expected <= head.n) {
    blame(expected, 'cut', `Events ${expected} to ${head.n} are missing: the end was cut off.`);
  }
  if (head !== undefined && expected > head.n + 1) {
    blame(head.n + 1, 'out_of_order', `Events stand behind ${head.n}, where the signed chain ends.`);
  }
  return { chain, events: count, lastN: expected - 1, faults };
}

/** What is personal matches its digest, or is gone together with its salt: `Erasures` knows whether it may be. */
function hasOwnPersonalPart({ personal, salt, personalDigest }: ChainedAuditEvent): boolean {
  if (personal === null && salt === null) return true;
  if (personal === null || salt === null || personalDigest === null) return false;
  return same(digestPersonal(salt, personal), personalDigest);
}

function isGenuine(head: AuditHead, key: KeyObject): boolean {
  return verify(null, Buffer.from(headText(head)), key, head.signature);
}

function startsWith(hash: Uint8Array, beginning: Uint8Array): boolean {
  return same(hash.subarray(0, beginning.length), beginning);
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
