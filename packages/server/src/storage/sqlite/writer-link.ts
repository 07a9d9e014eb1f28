import { Worker } from 'node:worker_threads';
import { threadFile } from '../../package-folder.ts';
import { StoreUnavailable } from '../store.ts';
import type { ActCall } from './acts.ts';
import type { Outcome } from './group-commit.ts';
import { toStoreError } from './sqlite-error.ts';
import type { FromThread, ToThread, WriterData } from './writer-protocol.ts';

const THREAD = threadFile('storage/sqlite/writer-thread');

interface Waiting {
  readonly resolve: (outcomes: readonly Outcome[]) => void;
  readonly reject: (error: unknown) => void;
}

/** The writer's thread as seen from the main thread: started when needed, started again when it has died. */
export class WriterLink {
  threadId = 0;
  synchronous = -1;
  readonly #data: WriterData;
  #thread: Promise<Worker> | undefined;
  #waiting: Waiting | undefined;

  constructor(data: WriterData) {
    this.#data = data;
  }

  /**
   * Has the calls committed together. One batch at a time: the caller waits for the answer.
   * @param lockWait Milliseconds it may wait for the write lock.
   */
  async commit(calls: readonly ActCall[], lockWait: number): Promise<readonly Outcome[]> {
    const thread = await this.#ready();
    thread.ref();
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject };
        thread.postMessage({ calls, lockWait } satisfies ToThread);
      });
    } finally {
      this.#waiting = undefined;
      // An idle thread doesn't keep a process alive that has nothing else to do.
      thread.unref();
    }
  }

  async close(): Promise<void> {
    const thread = await this.#thread?.catch(() => undefined);
    if (thread === undefined) return;
    await new Promise<void>((resolve) => {
      thread.ref();
      thread.once('exit', () => resolve());
      thread.postMessage('close' satisfies ToThread);
    });
  }

  #ready(): Promise<Worker> {
    this.#thread ??= this.#startThread();
    return this.#thread;
  }

  #startThread(): Promise<Worker> {
    const thread = new Worker(THREAD, { name: 'guardbee-writer', workerData: this.#data });
    return new Promise((resolve, reject) => {
      let isGone = false;
      const fail = (error: unknown): void => {
        // An error is followed by the exit: by then a successor may be at work.
        if (isGone) return;
        isGone = true;
        this.#thread = undefined;
        reject(error);
        this.#waiting?.reject(error);
      };
      thread.on('error', (cause) => fail(new StoreUnavailable('the writer has died', { cause })));
      thread.on('exit', () => fail(new StoreUnavailable('the writer has ended')));
      thread.on('message', (answer: FromThread) => {
        if (answer.message === 'committed') {
          this.#waiting?.resolve(answer.outcomes);
        } else if (answer.message === 'failed') {
          fail(toStoreError(answer.error, this.#data.path, answer.kind));
        } else if (answer.message === 'warning') {
          process.emitWarning(answer.text);
        } else {
          this.threadId = answer.threadId;
          this.synchronous = answer.synchronous;
          thread.unref();
          resolve(thread);
        }
      });
    });
  }
}
