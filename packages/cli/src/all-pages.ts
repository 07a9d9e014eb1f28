import { nextCursor, type WithHttpInfo } from 'giantswarm';

type GetPage<Item> = (page: { limit: number; cursor?: string }) => Promise<WithHttpInfo<Item[]>>;

const MOST_PER_PAGE = 1_000;

/** A list from its first page to its last. */
export function allPages<Item>(getPage: GetPage<Item>): Promise<Item[]> {
  return pagesUpTo(Number.POSITIVE_INFINITY, getPage);
}

/** A list's first `most` items, in as many pages as it takes. */
export async function pagesUpTo<Item>(most: number, getPage: GetPage<Item>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const limit = Math.min(most - items.length, MOST_PER_PAGE);
    const { data, response } = await getPage({ limit, ...(cursor === undefined ? {} : { cursor }) });
    items.push(...data);
    cursor = nextCursor(response);
  } while (cursor !== undefined && items.length < most);
  return items;
}
