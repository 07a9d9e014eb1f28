import { nextCursor, type WithHttpInfo } from 'giantswarm';
import { useState } from 'preact/hooks';
import { type Loaded, useLoad } from './use-load.ts';

export interface Pages<T> extends Omit<Loaded<T[]>, 'data'> {
  readonly items: readonly T[] | undefined;
  /** Loads one page more; undefined when there is none. */
  readonly more: (() => Promise<void>) | undefined;
}

/** A list that the service gives page by page. */
export function usePages<T>(
  key: string,
  load: (cursor: string | undefined, signal?: AbortSignal) => Promise<WithHttpInfo<T[]>>,
): Pages<T> {
  const first = useLoad(key, (signal) => load(undefined, signal));
  const [later, setLater] = useState<{ of: unknown; items: T[]; cursor: string | undefined }>();
  const rest = later?.of === first.data ? later : undefined;
  const cursor = rest === undefined ? first.data && nextCursor(first.data.response) : rest.cursor;

  async function more(): Promise<void> {
    const page = await load(cursor);
    const items = [...(rest?.items ?? []), ...page.data];
    setLater({ of: first.data, items, cursor: nextCursor(page.response) });
  }

  return {
    items: first.data && [...first.data.data, ...(rest?.items ?? [])],
    more: cursor === undefined ? undefined : more,
    error: first.error,
    loading: first.loading,
    reload: first.reload,
  };
}
