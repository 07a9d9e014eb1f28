import type { FastifyBaseLogger } from 'fastify';

/** What has been opened is closed in the opposite order, whether the start fails or the service ends. */
export interface Closers {
  add(close: () => Promise<unknown> | unknown): void;
  /** Each of them, once. Never rejects: what can't be closed is logged. */
  closeAll(): Promise<void>;
}

export function createClosers(logger: FastifyBaseLogger): Closers {
  const closers: (() => Promise<unknown> | unknown)[] = [];
  return {
    add: (close) => void closers.push(close),
    async closeAll() {
      for (const close of closers.splice(0).reverse()) {
        try {
          await close();
        } catch (error) {
          logger.error({ err: error }, 'closing failed');
        }
      }
    },
  };
}
