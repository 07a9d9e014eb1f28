import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Loaded<T> {
  /** What was loaded last; stays while it is loaded again, so that nothing jumps. */
  readonly data: T | undefined;
  readonly error: unknown;
  readonly loading: boolean;
  reload(): void;
}

/** Loads when the page opens and whenever `key` changes; an answer that comes too late is dropped. */
export function useLoad<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: unknown; loading: boolean }>({
    key,
    loading: true,
  });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;

  useEffect(() => {
    const controller = new AbortController();
    setState((old) => ({
      ...(old.key === key && 'data' in old ? { data: old.data } : {}),
      key,
      loading: true,
    }));
    latest.current(controller.signal).then(
      (data) => {
        if (!controller.signal.aborted) setState({ key, data, loading: false });
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setState((old) => ({ ...old, error, loading: false }));
      },
    );
    return () => controller.abort();
    // `round` is what asks for another time.
  }, [key, round]);

  const reload = useCallback(() => setRound((count) => count + 1), []);
  // Between a change of the key and its effect the state is still that of the key before.
  const { data, error, loading } =
    state.key === key ? state : { data: undefined, error: undefined, loading: true };
  return { data, error, loading, reload };
}
