import { Worker } from 'node:worker_threads';
import { threadFile } from '../package-folder.ts';
import type { HashAnswer, HashJob } from './hash-worker.ts';
import type { HashParameters } from './password.ts';

/**
 * The threads that hash, each of them started when there is a job for it and none is free: a service where nobody has
 * logged in yet does without their memory. A job occupies one until it is computed, whoever has stopped waiting for it.
 */
export interface HashWorkers {
  running(): number;
  /** A job is on its way: one worker begins to start, where there is none yet. */
  prepare(): void;
  /** Gives a job to a free worker; fewer than all must be running. Rejects when the hash can't be read or the worker dies. */
  run(job: HashJob): Promise<string | boolean>;
  /** What runs is given up. */
  close(): Promise<void>;
}

interface Running {
  readonly resolve: (result: string | boolean) => void;
  readonly reject: (error: Error) => void;
}

const WORKER = threadFile('login/hash-worker');

/** @param onIdle Called whenever a worker has become free. */
export function createHashWorkers(parameters: HashParameters, onIdle: () => void): HashWorkers {
  const free: Worker[] = [];
  const busy = new Map<Worker, Running>();
  let closed = false;

  function start(): Worker {
    const worker = new Worker(WORKER, { name: 'hash', workerData: parameters });
    worker.unref();
    worker.on('message', (answer: HashAnswer) => settle(worker, answer));
    worker.on('error', (error) => {
      busy.get(worker)?.reject(error);
      busy.delete(worker);
      const at = free.indexOf(worker);
      if (at >= 0) free.splice(at, 1);
      if (!closed) onIdle();
    });
    return worker;
  }

  function settle(worker: Worker, answer: HashAnswer): void {
    const job = busy.get(worker);
    busy.delete(worker);
    worker.unref();
    free.push(worker);
    if ('error' in answer) job?.reject(new Error(answer.error));
    else job?.resolve(answer.result);
    onIdle();
  }

  return {
    running: () => busy.size,
    prepare() {
      if (free.length + busy.size === 0) free.push(start());
    },
    run(job) {
      const worker = free.pop() ?? start();
      return new Promise((resolve, reject) => {
        busy.set(worker, { resolve, reject });
        worker.ref();
        worker.postMessage(job);
      });
    },
    async close() {
      closed = true;
      await Promise.all([...free, ...busy.keys()].map((worker) => worker.terminate()));
    },
  };
}
