import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { HashAnswer, HashJob } from './hash-worker.ts';

/** The queue is full or the job waited too long; a later try can succeed. */
export class HashQueueOverloaded extends Error {
  override readonly name = 'HashQueueOverloaded';
  /** Seconds after which the queue will have drained. */
  readonly retryAfter: number;
  constructor(retryAfter: number) {
    super('too many passwords wait to be checked');
    this.retryAfter = retryAfter;
  }
}

/** Password hashing behind bounded workers and a bounded queue. */
export interface HashQueue {
  /** A new PHC string for a password. Rejects with `HashQueueOverloaded`. */
  hash(password: string): Promise<string>;
  /** Whether the password is the hash's. Rejects with `HashQueueOverloaded`. */
  verify(password: string, passwordHash: string): Promise<boolean>;
  /** How many hashes have been started so far, and how many jobs wait. */
  counts(): { readonly started: number; readonly waiting: number };
  close(): Promise<void>;
}

interface Waiting {
  readonly job: HashJob;
  readonly deadline: number;
  readonly resolve: (result: string | boolean) => void;
  readonly reject: (error: Error) => void;
}

type JobBody = HashJob extends infer J ? (J extends HashJob ? Omit<J, 'id'> : never) : never;

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const WORKER = new URL(`./hash-worker.${extension}`, import.meta.url);

/**
 * @param workers Threads that hash; memory use is bounded by `workers` × 19 MiB. Default: one per core.
 * @param maxWaiting Jobs that may wait. Default: 128 per worker.
 * @param maxWaitMs A job that is not started within this time is refused. Default: 5,000.
 */
export function createHashQueue({
  workers = availableParallelism(),
  maxWaiting = 128 * workers,
  maxWaitMs = 5_000,
}: {
  workers?: number;
  maxWaiting?: number;
  maxWaitMs?: number;
} = {}): HashQueue {
  const waiting: Waiting[] = [];
  const idle: Worker[] = [];
  const busy = new Map<Worker, Waiting>();
  let started = 0;
  let nextId = 0;
  let closed = false;

  function startWorker(): void {
    const worker = new Worker(WORKER, { name: 'hash' });
    worker.unref();
    worker.on('message', (answer: HashAnswer) => settle(worker, answer));
    worker.on('error', (error) => {
      busy.get(worker)?.reject(error);
      busy.delete(worker);
      const at = idle.indexOf(worker);
      if (at >= 0) idle.splice(at, 1);
      if (!closed) startWorker();
    });
    idle.push(worker);
    startNext();
  }

  // The slot belongs to the hash: it is given on when the worker answers, not when somebody stops waiting for it.
  function settle(worker: Worker, answer: HashAnswer): void {
    const entry = busy.get(worker);
    busy.delete(worker);
    worker.unref();
    idle.push(worker);
    startNext();
    if ('error' in answer) entry?.reject(new Error(answer.error));
    else entry?.resolve(answer.result);
  }

  function startNext(): void {
    while (idle.length > 0 && waiting.length > 0) {
      const entry = waiting.shift() as Waiting;
      if (performance.now() > entry.deadline) {
        entry.reject(new HashQueueOverloaded(1));
        continue;
      }
      const worker = idle.pop() as Worker;
      busy.set(worker, entry);
      worker.ref();
      started += 1;
      worker.postMessage(entry.job);
    }
  }

  function enqueue(body: JobBody): Promise<string | boolean> {
    if (closed) return Promise.reject(new Error('the hash queue is closed'));
    if (waiting.length >= maxWaiting)
      return Promise.reject(new HashQueueOverloaded(Math.ceil(maxWaitMs / 1000)));
    return new Promise((resolve, reject) => {
      const job = { ...body, id: nextId++ } as HashJob;
      waiting.push({ job, deadline: performance.now() + maxWaitMs, resolve, reject });
      startNext();
    });
  }

  for (let count = 0; count < workers; count++) startWorker();

  return {
    hash: (password) => enqueue({ kind: 'hash', password }) as Promise<string>,
    verify: (password, passwordHash) =>
      enqueue({ kind: 'verify', password, passwordHash }) as Promise<boolean>,
    counts: () => ({ started, waiting: waiting.length }),
    async close() {
      closed = true;
      for (const entry of waiting.splice(0)) entry.reject(new HashQueueOverloaded(1));
      await Promise.all([...idle, ...busy.keys()].map((worker) => worker.terminate()));
    },
  };
}
