/** A page is made on the thread that answers requests, and a longer one would hold them up. */
export const longestPage = 1000;

/** A batch of endings is one transaction, and a longer one would hold up the logouts behind it. */
export const longestBatch = 10_000;

export function checkLimit(limit: number, most: number): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > most) throw new RangeError(`limit is 1 to ${most}`);
  return limit;
}
