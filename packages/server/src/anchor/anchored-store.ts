import type { Store } from '../storage/store.ts';

/** A disk that is slower than this makes nobody wait for the anchor: it follows then. Milliseconds. */
const PATIENCE_MS = 500;

/**
 * The store, but what takes rights away is answered only when the anchor has it too: a logout that was acknowledged is
 * ended again when a backup from before it is restored with `--after-restore=replay`, also when the machine died a moment
 * later. The database stays the truth: when the anchor can't be written, endings go on without it.
 */
export function anchoredStore(store: Store, caughtUp: () => Promise<void>): Store {
  const inTime = (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, PATIENCE_MS);
    void caughtUp().then(() => {
      clearTimeout(timer);
      resolve();
    });
    return promise;
  };
  const anchored =
    <A extends unknown[], R>(act: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const answer = await act(...args);
      await inTime();
      return answer;
    };
  return {
    ...store,
    endToken: anchored(store.endToken),
    endTokens: anchored(store.endTokens),
    setPassword: anchored(store.setPassword),
    modifyUser: anchored(store.modifyUser),
    deleteUser: anchored(store.deleteUser),
    eraseUser: anchored(store.eraseUser),
  };
}
