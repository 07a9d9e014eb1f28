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
 * @param perSecond Refusals that are let go. Default: 250, so that a flood has a tenth of a core at 0.4 ms each.
 * @param most Refusals that may wait; one beyond them is not held up, because to keep it would cost more than to send it.
 *   Default: 1,500, so that the last waits for 6 s; a login is answered within 10 s, whatever becomes of it.
 */
export function createRefusalPace({
  perSecond = 500,
  most = 3_000,
  now = () => performance.now(),
} = {}): RefusalPace {
  const burst = Math.max(1, perSecond / 50);
  const held: (() => void)[] = [];
  let [allowance, since] = [burst, now()];
  let isTimed = false;

  function isAllowed(): boolean {
    const time = now();
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
  }

  function comeBack(): void {
    if (!isTimed) setTimeout(letGo, 1_000 / perSecond);
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
        comeBack();
      });
    },
    waiting: () => held.length,
    isFull,
  };
}
