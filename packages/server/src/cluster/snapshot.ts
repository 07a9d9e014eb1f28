/**
 * A snapshot of PostgreSQL: which transactions were visible at a moment. As text `xmin:xmax:x,y,…`: everything from xmax
 * on had not ended, neither had x, y … (https://www.postgresql.org/docs/18/functions-info.html, pg_snapshot).
 */
export interface Snapshot {
  readonly xmax: bigint;
  readonly underWay: ReadonlySet<bigint>;
}

export function parseSnapshot(text: string): Snapshot {
  const match = /^\d+:(\d+):((?:\d+(?:,\d+)*)?)$/.exec(text);
  if (match === null) throw new Error(`not a snapshot: ${text}`);
  const [, xmax = '', list = ''] = match;
  return { xmax: BigInt(xmax), underWay: new Set(list === '' ? [] : list.split(',').map(BigInt)) };
}

/** Whether what this transaction committed is visible. */
export function sees({ xmax, underWay }: Snapshot, xid: bigint): boolean {
  return xid < xmax && !underWay.has(xid);
}

/**
 * Whether everything that `older` sees is visible. So it is whenever this one was taken later on the same server; in
 * doubt the answer is no.
 */
export function covers(newer: Snapshot, older: Snapshot): boolean {
  if (newer.xmax < older.xmax) return false;
  for (const xid of newer.underWay) if (sees(older, xid)) return false;
  return true;
}
