/**
 * Spaces out the refusals of those who may not even try. Whoever floods and comes back at once would otherwise have the
 * event loop, on which verification waits too, almost to themselves: each refusal that is answered makes room for the
 * next request. A few at a time are not held up at all.
 */
export interface RefusalPace {
  /** Resolves when the refusal may be sent. */
  wait(): Promise<void>;
  /** Refusals that wait, now. */
  waiting(): number;
  /** Whether so many wait that one more would not be held up. */
  isFull(): boolean;
}

/**
 * @param perSecond Refusals that are let go, at least. Default: 250, so that a flood has a tenth of a core at 0.4 ms each.
 * @param longestMs More are let go where so many wait that the last would wait for longer. Default: 6,000; a login is answered within
 *   10 s, whatever becomes of it.
 * @param most Refusals that may wait; one beyond them is not held up, because to keep it would cost more than to send it.
 *   Default: 3,000.
 */
export function createRefusalPace({
  perSecond: least = 250,
  longestMs = 6_000,
  most = 3_000,
  now = () => performance.now(),
} = {}): RefusalPace {
  const held: (() => void)[] = [];
  // Since nobody waited.
  let peak = 0;
  let [allowance, since] = [least / 50, now()];
  let isTimed = false;

  function isAllowed(): boolean {
    const time = now();
    const perSecond = Math.max(least, (peak * 1_000) / longestMs);
    const burst = Math.max(1, perSecond / 50);
    // What was not used up is not saved: after a pause they must not all come at once.
    allowance = Math.min(burst, allowance + ((time - since) * perSecond) / 1_000);
    since = time;
    return allowance >= 1;
  }

  function letGo(): void {
    while (held.length > 0 && isAllowed()) {
      allowance -= 1;
      held.shift()?.();
    }
    isTimed = false;
    if (held.length > 0) comeBack();
    else peak = 0;
  }

  function comeBack(): void {
    if (!isTimed) setTimeout(letGo, 1_000 / least);
    isTimed = true;
  }

  const isFull = (): boolean => held.length >= most;

  return {
    async wait() {
      if (isFull()) return;
      if (held.length === 0 && isAllowed()) {
        allowance -= 1;
        return;
      }
      await new Promise<void>((resolve) => {
        held.push(resolve);
        peak = Math.max(peak, held.length);
        comeBack();
      });
    },
    waiting: () => held.length,
    isFull,
  };
}
