import type { FastifyBaseLogger } from 'fastify';

/** A service that is told to stop has ended within this time, also where what it works with does not answer; under the promised 10 s. */
export const STOP_MS = 9_300;

/** What has been opened is closed in the opposite order, whether the start fails or the service ends. */
export interface Closers {
  add(close: () => Promise<unknown> | unknown): void;
  /**
   * Each of them, once, one after the other; when `patience` milliseconds have passed no more is waited for. Never rejects: what
   * can't be closed is logged. Default: `STOP_MS`.
   */
  closeAll(patience?: number): Promise<void>;
}

export function createClosers(logger: FastifyBaseLogger): Closers {
  const closers: (() => Promise<unknown> | unknown)[] = [];
  return {
    add: (close) => void closers.push(close),
    async closeAll(patience = STOP_MS) {
      const end = performance.now() + patience;
      for (const close of closers.splice(0).reverse()) {
        try {
          await within(end - performance.now(), close());
        } catch (error) {
          logger.error({ err: error }, 'closing failed');
        }
      }
    },
  };
}

async function within(ms: number, closing: Promise<unknown> | unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const refuse = (): void => reject(new Error('it was not closed in time'));
    timer = setTimeout(refuse, Math.max(ms, 0));
  });
  await Promise.race([closing, late]).finally(() => clearTimeout(timer));
}
