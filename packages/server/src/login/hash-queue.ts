import { availableParallelism } from 'node:os';
import { createFairQueue, type FairQueue } from './fair-queue.ts';
import type { HashJob } from './hash-worker.ts';
import { createHashWorkers } from './hash-workers.ts';
import { HASH_PARAMETERS, type HashParameters, isOutdated } from './password.ts';

/** The queue is full or the job waited too long; a later try can succeed. */
export class HashQueueOverloaded extends Error {
  override readonly name = 'HashQueueOverloaded';
  /** Seconds after which a job of this source would get its turn, as far as can be told. 1–60. */
  readonly retryAfter: number;
  constructor(retryAfter: number) {
    super('too many passwords wait to be checked');
    this.retryAfter = retryAfter;
  }
}

interface VerifyOptions {
  /**
   * What the caller is going to refuse however right the password is, because its user is disabled: then the answer takes
   * as long as if it were wrong (see `even-time.ts`). Default: false.
   */
  readonly refused?: boolean;
  /** Called when the hash begins to be computed. */
  readonly onStart?: () => void;
}

/**
 * Password hashing behind bounded workers and bounded queues that are fair between sources: one for those that are known, and one
 * for strangers, served in turn, so that no number of strangers keeps out who is known. `source` is whom a job is done for, e.g. the
 * prefix of an address; '' is the service itself.
 */
export interface HashQueue {
  /** A new PHC string for a password. Rejects with `HashQueueOverloaded`. */
  hash(password: string, source?: string): Promise<string>;
  /** Whether the password is the hash's, of whatever kind. Rejects with `HashQueueOverloaded`. */
  verify(password: string, passwordHash: string, source?: string, options?: VerifyOptions): Promise<boolean>;
  /**
   * Where a job of this source would be refused at once: refuses it, and answers with the seconds after which to come back, as
   * `HashQueueOverloaded` has them. So that whoever floods costs neither a try nor a write. Undefined where there is room: then the
   * first thread begins to start, beside what is done before the job comes.
   */
  refuseEarly(source: string): number | undefined;
  /**
   * The same at the door, for a job that is still on its way: it counts until it has come, until its `forget` is called, or for a
   * second, so that of many who arrive at once no more are let in than there is room for, and those who never come count no longer.
   */
  expect(source: string): { readonly forget: () => void } | { readonly retryAfter: number };
  /** A job of this source that was expected will not come: it was refused before. */
  expectLess(source: string): void;
  /** Whether a new hash of the same password would be another kind or have other parameters. */
  isOutdated(passwordHash: string): boolean;
  /** Since the start: hashes begun and jobs refused; now: jobs that wait and hashes that run; always: the threads there are. */
  counts(): HashCounts;
  close(): Promise<void>;
}

interface HashCounts {
  readonly started: number;
  readonly refused: number;
  readonly waiting: number;
  readonly running: number;
  /** Hashes that may run at once. */
  readonly threads: number;
}

interface Waiting {
  readonly queue: FairQueue<Waiting>;
  readonly job: HashJob;
  readonly source: string;
  readonly deadline: number;
  readonly onStart: (() => void) | undefined;
  readonly resolve: (result: string | boolean) => void;
  readonly reject: (error: Error) => void;
}

/** What a hash takes, until one has been measured; later a moving average. */
const FIRST_GUESS_MS = 20;
const LEAST_WEIGHT = 0.1;
/** Of a hash that took longer than this the rest is as of one that did not: it was kept waiting, or is the first, and others had the core meanwhile. */
const LONGEST_TO_REST_FROM_MS = 20;
/** For so long a job is expected. */
const EXPECTED_MS = 1_000;

/**
 * @param workers Threads that hash, at most: they are started when they are needed. Memory is bounded by `workers` × what
 *   one hash needs (`parameters`; 64 MiB for one that was imported). Default: one per core.
 * @param leave How many of these threads are to do without work just now. What has begun is finished, and one always works.
 *   Default: none.
 * @param rest For how many times as long as a hash takes, of which 20 ms count at most, none begins after one, just now. Default: 0.
 * @param maxWaiting Jobs of strangers that may wait, half of them of one source, and as many of sources that are known. Default: 128
 *   per worker.
 * @param maxWaitMs A job that is not started within this time is refused when it is over. Default: 4,000, so that two in
 *   a row and the hashes themselves end within the 10 s in which every login is answered.
 * @param isKnown Whether a source is no stranger. Default: nobody is known.
 */
export function createHashQueue({
  workers: count = availableParallelism(),
  leave = () => 0,
  rest = () => 0,
  maxWaiting = 128 * count,
  maxWaitMs = 4_000,
  parameters = HASH_PARAMETERS,
  isKnown = () => false,
}: {
  workers?: number;
  leave?: () => number;
  rest?: () => number;
  maxWaiting?: number;
  maxWaitMs?: number;
  parameters?: HashParameters;
  isKnown?: (source: string) => boolean;
} = {}): HashQueue {
  const limits = { most: maxWaiting, share: Math.ceil(maxWaiting / 2) };
  const known = createFairQueue<Waiting>(limits);
  const strangers = createFairQueue<Waiting>(limits);
  const queueOf = (source: string): FairQueue<Waiting> =>
    source === '' || isKnown(source) ? known : strangers;
  let isKnownsTurn = true;
  const workers = createHashWorkers(parameters, () => {
    restUntil = performance.now() + restMs();
    startNext();
  });
  let [started, measured, refused, meanMs, closed] = [0, 0, 0, FIRST_GUESS_MS, false];
  let timer: NodeJS.Timeout | undefined;
  let restUntil = 0;
  let resting: NodeJS.Timeout | undefined;

  const restMs = (): number => rest() * Math.min(meanMs, LONGEST_TO_REST_FROM_MS);

  /** Hashes that may run at once, now. */
  const atOnce = (): number => Math.max(1, count - leave());

  function waitMs(source: string): number {
    const queue = queueOf(source);
    const ahead = queue.ahead(source);
    // The other queue has every second turn, as long as it has anybody.
    const others = Math.min(ahead + 1, (queue === known ? strangers : known).size);
    return ((ahead + others) * (meanMs + restMs())) / atOnce();
  }

  /** The job whose turn it is. */
  function next(): Waiting | undefined {
    const [first, second] = isKnownsTurn ? [known, strangers] : [strangers, known];
    isKnownsTurn = !isKnownsTurn;
    return first.shift() ?? second.shift();
  }

  /** The job whose time is up first. */
  function oldest(): Waiting | undefined {
    const [a, b] = [known.oldest(), strangers.oldest()];
    return a !== undefined && b !== undefined && b.deadline < a.deadline ? b : (a ?? b);
  }

  const isTooLong = (source: string): boolean => waitMs(source) > maxWaitMs;

  /** Counts a refusal, and answers with its `retryAfter`. */
  function countRefusal(source: string): number {
    refused += 1;
    return Math.min(Math.max(Math.ceil(waitMs(source) / 1000), 1), 60);
  }

  function refuse({ source, reject }: Waiting): void {
    reject(new HashQueueOverloaded(countRefusal(source)));
  }

  // The slot belongs to the hash: it is given on when the worker answers, not when somebody stops waiting for it.
  function startNext(): void {
    while (!closed && workers.running() < atOnce() && !isResting()) {
      const job = next();
      if (job === undefined) return;
      const begin = performance.now();
      const measure = () => {
        measured += 1;
        meanMs += (performance.now() - begin - meanMs) * Math.max(1 / measured, LEAST_WEIGHT);
      };
      started += 1;
      job.onStart?.();
      const run = workers.run(job.job);
      run.then(measure, measure);
      run.then(job.resolve, job.reject);
    }
  }

  /** Whether it is too early for the next hash; if so, it begins when the rest is over. */
  function isResting(): boolean {
    const left = rest() === 0 ? 0 : restUntil - performance.now();
    if (left <= 0) return false;
    resting ??= setTimeout(() => {
      resting = undefined;
      startNext();
    }, left);
    return true;
  }

  // All may wait equally long: who arrived first is the first whose time is up.
  function watchDeadlines(): void {
    const first = oldest();
    if (timer !== undefined || first === undefined) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        const now = performance.now();
        for (let late = oldest(); late !== undefined && late.deadline <= now; late = oldest()) {
          late.queue.remove(late);
          refuse(late);
        }
        watchDeadlines();
      },
      Math.max(first.deadline - performance.now(), 1),
    );
  }

  function enqueue(job: HashJob, source: string, onStart?: () => void): Promise<string | boolean> {
    if (closed) return Promise.reject(new Error('the hash queue is closed'));
    return new Promise((resolve, reject) => {
      const deadline = performance.now() + maxWaitMs;
      const queue = queueOf(source);
      const entry = { queue, job, source, deadline, onStart, resolve, reject };
      // What would be refused later is refused now.
      const displaced = isTooLong(source) ? entry : queue.push(source, entry);
      if (displaced !== undefined) refuse(displaced);
      startNext();
      watchDeadlines();
    });
  }

  return {
    expect(source) {
      const forget = isTooLong(source) ? undefined : queueOf(source).expect(source);
      if (forget === undefined) return { retryAfter: countRefusal(source) };
      setTimeout(forget, EXPECTED_MS).unref();
      return { forget };
    },
    expectLess: (source) => queueOf(source).expectLess(source),
    refuseEarly(source) {
      if (isTooLong(source) || !queueOf(source).hasRoom(source)) return countRefusal(source);
      if (!closed) workers.prepare();
      return undefined;
    },
    hash: (password, source = '') => enqueue({ kind: 'hash', password }, source) as Promise<string>,
    verify: (password, passwordHash, source = '', { onStart } = {}) =>
      enqueue({ kind: 'verify', password, passwordHash }, source, onStart) as Promise<boolean>,
    isOutdated: (passwordHash) => isOutdated(passwordHash, parameters),
    counts: () => ({
      started,
      refused,
      waiting: known.size + strangers.size,
      running: workers.running(),
      threads: count,
    }),
    async close() {
      closed = true;
      clearTimeout(timer);
      clearTimeout(resting);
      for (let entry = next(); entry !== undefined; entry = next()) refuse(entry);
      await workers.close();
    },
  };
}
