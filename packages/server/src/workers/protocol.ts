import type { MetricObject } from 'prom-client';

/** What the processes of one service say to each other. A question has a number, its answer the same one. */
export type FromWorker =
  | { readonly say: 'listening'; readonly url: string }
  /** Is everything that is committed in the anchor? */
  | { readonly ask: 'anchor'; readonly id: number }
  /** What do all of you count? */
  | { readonly ask: 'metrics'; readonly id: number }
  | { readonly answer: 'metrics'; readonly id: number; readonly metrics: readonly MetricObject[] };

export type FromPrimary =
  | { readonly ask: 'metrics'; readonly id: number }
  | { readonly answer: 'anchor'; readonly id: number }
  | { readonly answer: 'metrics'; readonly id: number; readonly all: readonly (readonly MetricObject[])[] };

/** Which worker a process is, 1 to the number of workers, in its environment. A worker that takes a dead one's place has its number. */
export const SLOT = 'GUARDBEE_WORKER_SLOT';
