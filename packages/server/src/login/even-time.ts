import { setTimeout as wait } from 'node:timers/promises';
import type { HashQueue } from './hash-queue.ts';
import { parsePasswordHash } from './password-hash.ts';

/**
 * A hash queue whose refusals tell nothing by their time.
 *
 * An unknown e-mail costs a hash of today's parameters. Where accounts still have hashes of other kinds, which take another
 * time, that would tell who exists. So each `verify` that isn't right, and each that is `refused` beforehand, is answered at
 * the same distance from the moment its hash began, longer than the slowest kind in the database takes: a timer, no work.
 * From the beginning of the hash and not from the request's arrival, because how long it waited in the queue depends on
 * the load alone. Where all hashes are of today's kind nothing is held back.
 */
export interface EvenHashQueue extends HashQueue {
  /**
   * Looks through the hashes there are, and measures one of the slowest of each kind. From the call on, refusals wait until
   * that is known, for five seconds at most. Replaces what was learned before. Rejects when `passwordHashes` throws.
   */
  learn(passwordHashes: AsyncIterable<string>): Promise<void>;
}

/** Refusals come this much later than the slowest hash was seen to end: one that runs on a busy core may take longer. */
const MARGIN = 1.5;
/** With all else this keeps a login within 10 s, whatever was measured. */
const LONGEST_HOLD_MS = 3_000;
const LONGEST_LEARNING_MS = 5_000;
/** The slowest of so many counts. */
const REMEMBERED = 16;
/** The key of hashes as they are made today. */
const CURRENT = '';

interface Kind {
  readonly work: number;
  /** Milliseconds of the last runs. */
  readonly runs: number[];
}

/**
 * @param now Milliseconds that only count up. Default: this process' own.
 * @param sleep Resolves after so many of them. Default: a timer that doesn't keep the process alive.
 */
export function createEvenHashQueue(
  hashes: HashQueue,
  {
    now = () => performance.now(),
    sleep = (ms: number): Promise<unknown> => wait(ms, undefined, { ref: false }),
  } = {},
): EvenHashQueue {
  let kinds = new Map<string, Kind>();
  let learned: Promise<unknown> = Promise.resolve();

  /** Where a hash's run counts: with the costliest of its family. Undefined for one that costs less. */
  function kindOf(passwordHash: string, among = kinds): Kind | undefined {
    const current = !hashes.isOutdated(passwordHash);
    const { family, work } = parsePasswordHash(passwordHash) ?? { family: 'unreadable', work: 0 };
    const key = current ? CURRENT : family;
    const known = among.get(key);
    if (known !== undefined && known.work > work) return undefined;
    if (known?.work === work) return known;
    const kind = { work, runs: [...(known?.runs ?? [])] };
    among.set(key, kind);
    return kind;
  }

  function holdMs(): number {
    if (kinds.size === 0 || (kinds.size === 1 && kinds.has(CURRENT))) return 0;
    const slowest = Math.max(0, ...[...kinds.values()].flatMap(({ runs }) => runs));
    return Math.min(slowest * MARGIN, LONGEST_HOLD_MS);
  }

  const verify: HashQueue['verify'] = async (password, passwordHash, source, options = {}) => {
    const kind = kindOf(passwordHash);
    let begin = 0;
    const onStart = (): void => {
      begin = now();
      options.onStart?.();
    };
    const genuine = await hashes.verify(password, passwordHash, source, { ...options, onStart });
    kind?.runs.push(now() - begin);
    if (kind !== undefined && kind.runs.length > REMEMBERED) kind.runs.shift();
    if (genuine && !options.refused) return true;
    await learned;
    const rest = begin + holdMs() - now();
    if (rest > 0) await sleep(rest);
    return genuine;
  };

  async function look(passwordHashes: AsyncIterable<string>): Promise<void> {
    const found = new Map<string, Kind>();
    const examples = new Map<Kind, string>();
    for await (const passwordHash of passwordHashes) {
      const kind = kindOf(passwordHash, found);
      if (kind !== undefined && !examples.has(kind)) examples.set(kind, passwordHash);
    }
    // Runs that were seen count on.
    for (const [key, kind] of found)
      if (kinds.get(key)?.work === kind.work) kind.runs.push(...(kinds.get(key)?.runs ?? []));
    kinds = found;
    if (found.size === 1 && found.has(CURRENT)) return;
    for (const kind of found.values()) await measure(examples.get(kind) ?? '', kind);
  }

  /** Twice, since code that has never run is slow. What can't be measured now is once somebody logs in. */
  async function measure(example: string, kind: Kind): Promise<void> {
    for (let n = 0; n < 2 && kind.runs.length < 2; n++) {
      let begin = 0;
      const onStart = (): void => {
        begin = now();
      };
      await hashes.verify('', example, '', { onStart }).then(
        () => kind.runs.push(now() - begin),
        () => {},
      );
    }
  }

  return {
    ...hashes,
    verify,
    learn(passwordHashes) {
      const looking = look(passwordHashes);
      const settled = looking.catch(() => {});
      learned = Promise.race([settled, sleep(LONGEST_LEARNING_MS)]);
      return looking;
    },
  };
}
