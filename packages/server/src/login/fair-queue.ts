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
  /**
   * Where an item of this source would be taken in after all that are expected: expects it, and answers with what ends that.
   * The next `push` of the source, or `expectLess`, ends it too. Undefined where there is no room. Not all that are expected come:
   * while the queue is less than half full, as many again may be expected as it holds. Where there is no room, the source of which
   * most are expected has one less, so that a crowd that never comes can't keep out the one that has least.
   */
  expect(source: string): (() => void) | undefined;
  /** One that was expected of this source, if any was, will not come. */
  expectLess(source: string): void;
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
  // Those that are on their way, of each source.
  const expected = new Map<string, Set<symbol>>();
  let expectedCount = 0;

  function longest(): Item[] {
    // One of each source: a flood from many of them, which is when this is asked all the time.
    if (lines.size === sources.size) return lines.values().next().value ?? [];
    let found: Item[] = [];
    for (const line of lines.values()) if (line.length > found.length) found = line;
    return found;
  }

  /** Whether there is room for one more of a source that has so many. */
  function isRoom(own: number, isFull: boolean): boolean {
    if (own >= share) return false;
    // By one more, else the two sources would take each other's place for ever.
    return !isFull || longest().length > own + 1;
  }

  const ownCount = (source: string): number => lines.get(source)?.length ?? 0;

  /** The source of which most are expected, and how many. */
  function mostExpected(): [source: string, count: number] {
    let found: [string, number] = ['', 0];
    if (expected.size === expectedCount) return found;
    for (const [source, those] of expected) if (those.size > found[1]) found = [source, those.size];
    return found;
  }

  const hasRoom = (source: string): boolean => isRoom(ownCount(source), sources.size >= most);

  function forget(source: string, one: symbol): void {
    const those = expected.get(source);
    if (!those?.delete(one)) return;
    expectedCount -= 1;
    if (those.size === 0) expected.delete(source);
  }

  function remove(item: Item): void {
    const source = sources.get(item);
    const line = source === undefined ? undefined : lines.get(source);
    if (source === undefined || line === undefined) return;
    sources.delete(item);
    line.splice(line.indexOf(item), 1);
    if (line.length === 0) lines.delete(source);
  }

  function expectLess(source: string): void {
    const one = expected.get(source)?.values().next().value;
    if (one !== undefined) forget(source, one);
  }

  return {
    get size() {
      return sources.size;
    },
    hasRoom,
    expect(source) {
      const those = expected.get(source) ?? new Set();
      const own = ownCount(source) + those.size;
      const isFull = sources.size + expectedCount >= (sources.size < most / 2 ? 2 * most : most);
      if (own >= share) return undefined;
      if (isFull && !isRoom(own, isFull)) {
        const [crowd, count] = mostExpected();
        if (count <= own + 1) return undefined;
        expectLess(crowd);
      }
      const one = Symbol();
      expected.set(source, those.add(one));
      expectedCount += 1;
      return () => forget(source, one);
    },
    expectLess,
    push(source, item) {
      expectLess(source);
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
      const own = ownCount(source);
      // One of each other source.
      if (own === 0) return lines.size;
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
