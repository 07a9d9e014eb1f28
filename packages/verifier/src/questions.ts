import type { About } from './introspect.ts';
import type { TokenFacts } from './principal.ts';
import { VerifierUnavailable } from './unavailable.ts';

/** An answer, and what was known when its question was put. */
export interface Answer<Mark> {
  readonly facts: TokenFacts | undefined;
  readonly mark: Mark;
}

export interface QuestionLimits {
  /** Milliseconds from the call to its answer, waiting included. */
  readonly timeout: number;
  readonly maxInFlight: number;
}

/** How many different tokens may wait for their turn. */
const MAX_WAITING = 1_000;

/**
 * Puts questions to the service: only so many at a time, each within its time. Whoever asks about the same token
 * shares a question only as long as it has not been put: the answer to one that has been may be older than a logout
 * that the caller knows to be done.
 */
export class Questions<Mark> {
  readonly #put: (tokenString: string, about: About, signal: AbortSignal) => Promise<TokenFacts | undefined>;
  readonly #mark: () => Mark;
  readonly #limits: QuestionLimits;
  readonly #waiting = new Map<string, Promise<Answer<Mark>>>();
  readonly #turns = new Set<(failure?: VerifierUnavailable) => void>();
  readonly #aborts = new Set<AbortController>();
  #inFlight = 0;
  #closed = false;

  /**
   * @param put asks the service; fails when the signal says so
   * @param mark read off just before a question is put
   */
  constructor(
    put: (tokenString: string, about: About, signal: AbortSignal) => Promise<TokenFacts | undefined>,
    mark: () => Mark,
    limits: QuestionLimits,
  ) {
    this.#put = put;
    this.#mark = mark;
    this.#limits = limits;
  }

  /** @throws VerifierUnavailable */
  async ask(key: string, tokenString: string, about: About): Promise<Answer<Mark>> {
    if (this.#closed) throw closed();
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) return waiting;
    const { timeout, maxInFlight } = this.#limits;
    if (this.#inFlight < maxInFlight) {
      this.#inFlight += 1;
      return this.#answer(tokenString, about, timeout);
    }
    if (this.#turns.size >= MAX_WAITING) throw new VerifierUnavailable('too many tokens wait to be verified');
    const begin = performance.now();
    const answer = this.#turn(timeout)
      .finally(() => this.#waiting.delete(key))
      .then(() => this.#answer(tokenString, about, timeout - (performance.now() - begin)));
    this.#waiting.set(key, answer);
    return answer;
  }

  close(): void {
    this.#closed = true;
    for (const proceed of this.#turns) proceed(closed());
    for (const abort of this.#aborts) abort.abort();
  }

  /** Waits for a place among those in flight. */
  #turn(timeout: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const proceed = (failure?: VerifierUnavailable) => {
        clearTimeout(timer);
        this.#turns.delete(proceed);
        if (failure === undefined) resolve();
        else reject(failure);
      };
      const timer = setTimeout(
        () => proceed(new VerifierUnavailable('too many tokens wait to be verified')),
        timeout,
      );
      this.#turns.add(proceed);
    });
  }

  async #answer(tokenString: string, about: About, timeout: number): Promise<Answer<Mark>> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), Math.max(0, timeout));
    this.#aborts.add(abort);
    try {
      const mark = this.#mark();
      return { facts: await this.#put(tokenString, about, abort.signal), mark };
    } finally {
      clearTimeout(timer);
      this.#aborts.delete(abort);
      // the place goes to who has waited longest
      const [next] = this.#turns;
      if (next !== undefined) next();
      else this.#inFlight -= 1;
    }
  }
}

function closed(): VerifierUnavailable {
  return new VerifierUnavailable('the verifier is closed');
}
