import type { SharedStore } from '../cluster/join-cluster.ts';
import type { Store } from '../storage/store.ts';

/** A disk that is slower than this makes nobody wait for the anchor: it follows then. Milliseconds. */
const PATIENCE_MS = 500;

/**
 * The store, but what takes rights away is answered only when the anchor has it too: a logout that was acknowledged is
 * ended again when a backup from before it is restored with `--after-restore=replay`, also when the machine died a moment
 * later. The database stays the truth: when the anchor can't be written, endings go on without it.
 */
export function anchoredStore(store: Store | SharedStore, caughtUp: () => Promise<void>): Store {
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
      await Promise.all([inTime(), store.settle()]);
      return answer;
    };
  // The other nodes and the anchor are waited for at the same time.
  const acts = 'unsettled' in store ? store.unsettled : store;
  return {
    ...store,
    endToken: anchored(acts.endToken),
    endTokens: anchored(acts.endTokens),
    setPassword: anchored(acts.setPassword),
    modifyUser: anchored(acts.modifyUser),
    deleteUser: anchored(acts.deleteUser),
    eraseUser: anchored(acts.eraseUser),
  };
}
