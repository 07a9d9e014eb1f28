import { type AuditEntry, toChained } from '../audit-entry.ts';
import type { AuditHead, ChainedAuditEvent } from '../audit-store.ts';
import type { Act } from '../records.ts';
import { storable, storableTime } from '../text.ts';
import type { AuditChain, ChainEnd } from './audit-chain.ts';
import { append, lockHeads, writeCheckpoints, writeEvents, writeHeads } from './audit-rows.ts';
import type { Session } from './connections.ts';
import { ConnectionLost } from './postgres-error.ts';

/** What an act works with. */
export interface Transaction extends Session {
  /** Leaves the event in this transaction: when it can't be written, the act has not happened. */
  leave(entry: AuditEntry, act: Act): void;
  /** Moves the beginning of a chain: the next event is the oldest. */
  rebase(chain: string, base: ChainBase): void;
}

interface ChainBase {
  readonly n: number;
  readonly hash: Uint8Array;
}

interface Left {
  readonly events: { readonly entry: AuditEntry; readonly act: Act }[];
  readonly bases: Map<string, ChainBase>;
}

/** Lost in the very commit: it has happened whole or not at all, and to do it again could do it twice. */
export class InDoubt extends ConnectionLost {}

/**
 * Does the work and commits it, together with the events it has left. They are chained and signed at the very end: the
 * head is the last that is locked, for one statement and the commit.
 */
export async function inTransaction<T>(
  session: Session,
  chain: AuditChain,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  await session.query('BEGIN');
  let endTurn: (() => void) | undefined;
  try {
    const left: Left = { events: [], bases: new Map() };
    const result = await work(openFor(session, left));
    if (left.events.length + left.bases.size === 0) {
      await commit(session);
      return result;
    }
    endTurn = await chain.takeTurn();
    const end = await seal(session, chain, left);
    chain.end = undefined;
    await commit(session);
    chain.end = end;
    return result;
  } catch (error) {
    if (!(error instanceof ConnectionLost)) await session.query('ROLLBACK');
    throw error;
  } finally {
    endTurn?.();
  }
}

function openFor(session: Session, { events, bases }: Left): Transaction {
  return {
    query: (text, values) => session.query(text, values),
    leave(entry, act) {
      storableTime(act.time, 'time');
      storable(act.actor, 'actor');
      storable(act.requestId, 'request id');
      storable(entry.subject, 'subject');
      events.push({ entry, act });
    },
    rebase: (name, base) => void bases.set(name, base),
  };
}

async function commit(session: Session): Promise<void> {
  try {
    await session.query('COMMIT');
  } catch (error) {
    throw error instanceof ConnectionLost ? new InDoubt(error.message) : error;
  }
}

/** Writes events and heads; answers with the end of the service's own chain, as far as it is known. */
async function seal(session: Session, chain: AuditChain, left: Left): Promise<ChainEnd | undefined> {
  if (chain.end !== undefined && left.bases.size === 0) {
    const events = chainUp(left, chain.end);
    const end = endOf(chain.end, events, undefined);
    const isPlain = !passesCheckpoint(chain.end, end);
    if (isPlain && (await append(session, events, chain.sign(end), chain.end))) return end;
  }
  return sealSlowly(session, chain, left);
}

/** With beginnings that move, at a checkpoint, or when somebody else has moved the head: nothing is taken as known. */
async function sealSlowly(session: Session, chain: AuditChain, left: Left): Promise<ChainEnd | undefined> {
  const names = new Set(left.bases.keys());
  if (left.events.length > 0) names.add(chain.name);
  const heads = new Map((await lockHeads(session, [...names])).map((head) => [head.chain, head]));
  const written = { events: [] as ChainedAuditEvent[], heads: [] as AuditHead[], copies: [] as AuditHead[] };
  let own: ChainEnd | undefined;
  for (const name of names) {
    const before = heads.get(name) ?? beginningOf(name);
    const events = name === chain.name ? chainUp(left, before) : [];
    const end = endOf(before, events, left.bases.get(name));
    const head = chain.sign(end);
    if (name === chain.name) own = end;
    written.events.push(...events);
    written.heads.push(head);
    if (passesCheckpoint(before, end)) written.copies.push(head);
  }
  await writeEvents(session, written.events);
  await writeHeads(session, written.heads);
  await writeCheckpoints(session, written.copies);
  return own;
}

function beginningOf(chain: string): ChainEnd {
  return { chain, n: 0, hash: new Uint8Array(32), time: 0, baseN: 0, baseHash: new Uint8Array(32) };
}

function chainUp({ events }: Left, before: ChainEnd): ChainedAuditEvent[] {
  let [n, previous] = [before.n, before.hash];
  return events.map(({ entry, act }) => {
    n += 1;
    const event = toChained(entry, act, { chain: before.chain, n, previous });
    previous = event.hash;
    return event;
  });
}

function endOf(
  before: ChainEnd,
  events: readonly ChainedAuditEvent[],
  base: ChainBase | undefined,
): ChainEnd {
  const { n, hash, time } = events.at(-1) ?? before;
  const { n: baseN, hash: baseHash } = base ?? { n: before.baseN, hash: before.baseHash };
  return { chain: before.chain, n, hash, time, baseN, baseHash };
}

/** A copy of the head stays whenever `n` passes a multiple of this. */
const checkpointEvery = 1000;

function passesCheckpoint(before: ChainEnd, end: ChainEnd): boolean {
  return Math.floor(end.n / checkpointEvery) > Math.floor(before.n / checkpointEvery);
}
