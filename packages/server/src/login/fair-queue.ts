/**
 * A bounded queue that is fair between sources: whoever waits is served in turn, one item of each source a round. A source
 * with a thousand items delays another one's single item by one of its own. A pure data structure.
 */
export interface FairQueue<Item extends object> {
  readonly size: number;
  /**
   * Takes an item in, and answers with the one that has to go for it: undefined when there is room, the item itself when
   * its source has its share already, and when the queue is full, the newest item of the source that has most, so that
   * a crowd of sources can't keep out the one that has least.
   */
  push(source: string, item: Item): Item | undefined;
  /** Whether an item of this source would be taken in, in whoever's place. */
  hasRoom(source: string): boolean;
  /** The item whose turn it is. */
  shift(): Item | undefined;
  /** The item that has waited longest. */
  oldest(): Item | undefined;
  /** Takes an item out before its turn. */
  remove(item: Item): void;
  /** How many items would be served before a new one of this source, if nothing else came. */
  ahead(source: string): number;
}

/**
 * @param most Items altogether, 1 or more.
 * @param share Items of one source, 1 to `most`.
 */
export function createFairQueue<Item extends object>({
  most,
  share,
}: {
  most: number;
  share: number;
}): FairQueue<Item> {
  // The order of the entries is the order of the turns.
  const lines = new Map<string, Item[]>();
  // In the order of arrival.
  const sources = new Map<Item, string>();

  function longest(): Item[] {
    let found: Item[] = [];
    for (const line of lines.values()) if (line.length > found.length) found = line;
    return found;
  }

  function hasRoom(source: string): boolean {
    const own = lines.get(source)?.length ?? 0;
    if (own >= share) return false;
    // By one more, else the two sources would take each other's place for ever.
    return sources.size < most || longest().length > own + 1;
  }

  function remove(item: Item): void {
    const source = sources.get(item);
    const line = source === undefined ? undefined : lines.get(source);
    if (source === undefined || line === undefined) return;
    sources.delete(item);
    line.splice(line.indexOf(item), 1);
    if (line.length === 0) lines.delete(source);
  }

  return {
    get size() {
      return sources.size;
    },
    hasRoom,
    push(source, item) {
      if (!hasRoom(source)) return item;
      const line = lines.get(source) ?? [];
      let displaced: Item | undefined;
      if (sources.size >= most) {
        displaced = longest().at(-1) as Item;
        remove(displaced);
      }
      line.push(item);
      lines.set(source, line);
      sources.set(item, source);
      return displaced;
    },
    shift() {
      const next = lines.entries().next().value;
      if (next === undefined) return undefined;
      const [source, line] = next;
      const item = line.shift() as Item;
      sources.delete(item);
      lines.delete(source);
      if (line.length > 0) lines.set(source, line);
      return item;
    },
    oldest: () => sources.keys().next().value,
    remove,
    ahead(source) {
      const own = lines.get(source)?.length ?? 0;
      let count = own;
      let before = 1; // sources that stand before this one have one turn more
      for (const [other, line] of lines) {
        if (other === source) before = 0;
        else count += Math.min(line.length, own + before);
      }
      return count;
    },
  };
}
