/**
 * How well one number tells two groups apart: the chance that a random value of `b` is greater than one of `a`, a tie
 * counting half (the area under the ROC curve; Mann and Whitney's U divided by the number of pairs). 0.5: not at all.
 */
export function auc(a: readonly number[], b: readonly number[]): number {
  const all = [
    ...a.map((value) => ({ value, ofB: false })),
    ...b.map((value) => ({ value, ofB: true })),
  ].sort((left, right) => left.value - right.value);
  let rankSum = 0;
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (end < all.length && all[end]?.value === all[start]?.value) end += 1;
    // Equal values share the mean of their ranks, which count from 1.
    const rank = (start + 1 + end) / 2;
    rankSum += rank * all.slice(start, end).filter(({ ofB }) => ofB).length;
    start = end;
  }
  return (rankSum - (b.length * (b.length + 1)) / 2) / (a.length * b.length);
}

/** The standard deviation of the AUC of two groups of `n` that don't differ. */
export function aucNoise(n: number): number {
  return Math.sqrt((2 * n + 1) / (12 * n * n));
}
