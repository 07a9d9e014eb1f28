import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { ChainedAuditEvent } from '../storage/audit-store.ts';
import type { TokenPolicy } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';
import type { AnchorFile, Heads } from './anchor-file.ts';
import { type Ending, toEnding } from './endings.ts';

/** What is acknowledged without the anchor (logins, settings) is in it after so many milliseconds at the latest. */
const FOLLOW_EVERY_MS = 1_000;

const PAGE = 1_000;

export interface Follower {
  /**
   * Resolves when everything that was committed before the call is in the anchor, on the disk; or when that failed, which
   * is reported. What many calls wait for together is read and written once.
   */
  caughtUp(): Promise<void>;
  /** Milliseconds since everything that was committed was in the anchor: about a second at most, when all is well. */
  lag(): number;
  /** Catches up a last time. */
  stop(): Promise<void>;
}

/**
 * Keeps the anchor up to date with the database's audit chains, whoever appends to them. The chains are the truth, so that
 * what could not be written for a while, on a full disk, is not lost: the next round reads it from where the anchor ends.
 */
export function followChains(
  parts: { store: Store; file: AnchorFile; policy: TokenPolicy },
  report: (error: unknown) => void,
): Follower {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let isWell = true;
  let complete = performance.now();

  async function round(): Promise<void> {
    const begin = performance.now();
    try {
      await catchUp(parts);
      isWell = true;
      complete = begin;
    } catch (error) {
      // A full disk stays full for a while: once is enough to be told.
      if (isWell) report(error);
      isWell = false;
    }
  }

  function start(): Promise<void> {
    running = round().finally(() => {
      running = undefined;
    });
    return running;
  }

  /** A round that is under way may have read already what the caller asks for. */
  function caughtUp(): Promise<void> {
    if (running === undefined) return start();
    next ??= running.then(() => {
      next = undefined;
      return start();
    });
    return next;
  }

  const timer = setInterval(() => {
    if (running === undefined) void start();
  }, FOLLOW_EVERY_MS).unref();

  return {
    caughtUp,
    lag: () => performance.now() - complete,
    async stop() {
      clearInterval(timer);
      await caughtUp();
    },
  };
}

/** Reads what the chains have come to since the anchor was written last, and appends it. */
export async function catchUp({
  store,
  file,
  policy,
}: {
  store: Store;
  file: AnchorFile;
  policy: TokenPolicy;
}): Promise<void> {
  const heads = new Map(file.heads);
  const endings: Ending[] = [];
  let hasMoved = false;
  for (const { chain, n, baseN } of await store.auditHeads()) {
    const known = heads.get(chain)?.n ?? baseN;
    if (n < known) throw new Error(`the database has gone back: chain ${chain} from event ${known} to ${n}`);
    for await (const event of eventsBetween(store, chain, known, n)) {
      const ending = await toEnding(event, {
        policy,
        groups: async (userId) => (await store.findUser(userId))?.groups,
      });
      if (ending !== undefined) endings.push(ending);
      heads.set(chain, { n: event.n, hash: shorten(event.hash) });
      hasMoved = true;
    }
  }
  if (hasMoved) await file.note(endings, heads);
}

async function* eventsBetween(
  store: Store,
  chain: string,
  after: number,
  upTo: number,
): AsyncGenerator<ChainedAuditEvent> {
  for (let at = after; at < upTo; ) {
    const page = await store.scanAuditChain(chain, { after: at, limit: Math.min(PAGE, upTo - at) });
    const last = page.at(-1);
    // Signed, but not there: an audit verification says so; the anchor stays where the events end.
    if (last === undefined) return;
    yield* page;
    at = last.n;
    // An engine that reads without waiting would keep everybody waiting.
    await endOfTurn();
  }
}

/** The heads of a database as an anchor notes them. */
export async function headsOf(store: Store): Promise<Heads> {
  const heads = await store.auditHeads();
  return new Map(heads.map(({ chain, n, hash }) => [chain, { n, hash: shorten(hash) }]));
}

export function shorten(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex', 0, 16);
}
