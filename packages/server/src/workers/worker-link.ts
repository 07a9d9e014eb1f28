import type { MetricObject } from 'prom-client';
import type { FromPrimary, FromWorker } from './protocol.ts';

/** A worker's way to the process that started it. */
export interface WorkerLink {
  /** 1 to the number of workers. */
  readonly slot: number;
  listening(url: string): void;
  /** Resolves when everything committed before is in the anchor, which the primary keeps. */
  anchorCaughtUp(): Promise<void>;
  /** What all workers count, this one among them. */
  everybodysMetrics(): Promise<readonly (readonly MetricObject[])[]>;
  /** Says what this worker counts when another one is asked. */
  tellMetrics(own: () => Promise<readonly MetricObject[]>): void;
}

/** The other end is the process that forked this one. When that dies this one ends at once, as node:cluster has it. */
export function linkToPrimary(slot: number): WorkerLink {
  let last = 0;
  const waiting = new Map<number, (answer: FromPrimary) => void>();
  let own: () => Promise<readonly MetricObject[]> = async () => [];
  const send = (message: FromWorker): void => void process.send?.(message);
  const ask = (what: 'anchor' | 'metrics'): Promise<FromPrimary> =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      send({ ask: what, id: last });
    });

  process.on('message', (message: FromPrimary) => {
    if ('ask' in message) {
      const { id } = message;
      void own().then((metrics) => send({ answer: 'metrics', id, metrics }));
    } else {
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
    }
  });

  return {
    slot,
    listening: (url) => send({ say: 'listening', url }),
    anchorCaughtUp: async () => void (await ask('anchor')),
    async everybodysMetrics() {
      const answer = await ask('metrics');
      return 'all' in answer ? answer.all : [];
    },
    tellMetrics(tell) {
      own = tell;
    },
  };
}
