/** A call as its client saw it, in milliseconds of `performance.now()`. */
export interface Call {
  readonly kind: 'verify' | 'logout';
  readonly node: string;
  readonly token: string;
  readonly invoke: number;
  readonly complete: number;
  /** 0: the connection broke. */
  readonly status: number;
}

/** What was called and answered, and whether it is as promised. */
export class History {
  readonly #calls = new Map<string, Call[]>();
  #count = 0;

  async record(
    { kind, node, token }: Pick<Call, 'kind' | 'node' | 'token'>,
    call: () => Promise<number>,
  ): Promise<Call> {
    const invoke = performance.now();
    const status = await call();
    const done = { kind, node, token, invoke, complete: performance.now(), status };
    const calls = this.#calls.get(token);
    if (calls === undefined) this.#calls.set(token, [done]);
    else calls.push(done);
    this.#count += 1;
    return done;
  }

  get count(): number {
    return this.#count;
  }

  logouts(): Call[] {
    return [...this.#calls.values()].flat().filter(({ kind, status }) => kind === 'logout' && status === 200);
  }

  /** Verifications that were invoked after their token's logout had been answered, and accepted. */
  violations(): Call[] {
    return [...this.#calls.values()].flatMap((calls) => {
      const ends = calls.filter(({ kind, status }) => kind === 'logout' && status === 200);
      const end = Math.min(...ends.map(({ complete }) => complete));
      return calls.filter(({ kind, status, invoke }) => kind === 'verify' && status === 200 && invoke > end);
    });
  }

  /**
   * For each token that ended, when the last verification that was accepted had been invoked, in milliseconds after the
   * row of its end was written (`ends`, on this process's clock), a moment before the commit.
   */
  lastAccepts(ends: ReadonlyMap<string, number>): number[] {
    return [...this.#calls].flatMap(([token, calls]) => {
      const end = ends.get(token);
      const accepted = calls.filter(({ kind, status }) => kind === 'verify' && status === 200);
      if (end === undefined || accepted.length === 0) return [];
      return [Math.max(...accepted.map(({ invoke }) => invoke)) - end];
    });
  }

  /** Forgets what was, so that a long run stays small. Only when no call is under way. */
  clear(): void {
    this.#calls.clear();
  }
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
