import type { TokenFacts } from './principal.ts';
import type { Revocation } from './revocation.ts';

/** A bounded table of what is known of tokens; the one that was not used for longest makes room. Knows no time. */
export class Remembered<T extends Pick<TokenFacts, 'tokenId' | 'userId'>> {
  readonly #maxEntries: number;
  readonly #facts = new Map<string, T>();
  readonly #byToken = new Map<string, Set<string>>();
  readonly #byUser = new Map<string, Set<string>>();

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#facts.size;
  }

  get(key: string): T | undefined {
    const facts = this.#facts.get(key);
    if (facts === undefined) return undefined;
    this.#facts.delete(key);
    this.#facts.set(key, facts);
    return facts;
  }

  set(key: string, facts: T): void {
    this.delete(key);
    this.#facts.set(key, facts);
    add(this.#byToken, facts.tokenId, key);
    add(this.#byUser, facts.userId, key);
    if (this.#facts.size <= this.#maxEntries) return;
    const [oldest] = this.#facts.keys();
    if (oldest !== undefined) this.delete(oldest);
  }

  delete(key: string): void {
    const facts = this.#facts.get(key);
    if (facts === undefined) return;
    this.#facts.delete(key);
    remove(this.#byToken, facts.tokenId, key);
    remove(this.#byUser, facts.userId, key);
  }

  drop(revocation: Revocation): void {
    if (revocation.all === true) {
      this.clear();
      return;
    }
    const tokens = this.#byToken.get(revocation.tokenId ?? '') ?? [];
    const users = this.#byUser.get(revocation.userId ?? '') ?? [];
    for (const key of [...tokens, ...users]) this.delete(key);
  }

  clear(): void {
    this.#facts.clear();
    this.#byToken.clear();
    this.#byUser.clear();
  }
}

function add(index: Map<string, Set<string>>, name: string, key: string): void {
  const keys = index.get(name);
  if (keys === undefined) index.set(name, new Set([key]));
  else keys.add(key);
}

function remove(index: Map<string, Set<string>>, name: string, key: string): void {
  const keys = index.get(name);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(name);
}
