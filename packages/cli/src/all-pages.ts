import { nextCursor, type WithHttpInfo } from 'giantswarm';

/** A list from its first page to its last. */
export async function allPages<Item>(
  getPage: (page: { limit: number; cursor?: string }) => Promise<WithHttpInfo<Item[]>>,
): Promise<Item[]> {
  const items: Item[] = [];
  let page: { limit: number; cursor?: string } = { limit: 1000 };
  for (;;) {
    const { data, response } = await getPage(page);
    items.push(...data);
    const cursor = nextCursor(response);
    if (cursor === undefined) return items;
    page = { limit: 1000, cursor };
  }
}
