/**
 * Lets so many requests through in each turn of the event loop; the others wait for a later one. A crowd of logins, each cheap to
 * refuse, would otherwise make turns so long that verification waits behind all of them. Whoever waits is not read any further.
 */
export interface Turnstile {
  /** Calls `enter` at once, or in a later turn, in the order of the calls. */
  pass(enter: () => void): void;
}

export function createTurnstile(perTurn: number): Turnstile {
  const waiting: (() => void)[] = [];
  let passed = 0;

  function nextTurn(): void {
    const entering = waiting.splice(0, perTurn);
    passed = entering.length;
    if (passed > 0) setImmediate(nextTurn);
    for (const enter of entering) enter();
  }

  return {
    pass(enter) {
      if (passed >= perTurn || waiting.length > 0) {
        waiting.push(enter);
        return;
      }
      passed += 1;
      if (passed === 1) setImmediate(nextTurn);
      enter();
    },
  };
}
