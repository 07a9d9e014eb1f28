import { createHash } from 'node:crypto';
import { type Clock, machineClock } from './clock.ts';
import { RevocationFollower } from './follow-revocations.ts';
import { type About, introspect } from './introspect.ts';
import { checkOptions, type VerifierOptions } from './options.ts';
import { Origin } from './origin.ts';
import { bearerOf } from './own-token.ts';
import { type Principal, principalOf, type TokenFacts } from './principal.ts';
import { type Mark, PrincipalCache } from './principal-cache.ts';
import { Questions } from './questions.ts';
import { isTokenString } from './token-string.ts';
import { VerifierUnavailable } from './unavailable.ts';

export interface Verifier {
  /**
   * Who a token speaks for; undefined when it does not count: unknown, expired, ended or no token at all.
   *
   * @throws VerifierUnavailable when that can't be told
   */
  verify(tokenString: string, about?: About): Promise<Principal | undefined>;
  /** Ends it: its connections are cut, and whatever is asked from now on is refused as unavailable. */
  close(): void;
}

/** How often a question is put while revocations that may concern the token keep coming in between. */
const TRIES = 3;

/**
 * What asks a Guardbee service about tokens. Make one, keep it, close it at the end.
 *
 * @throws TypeError at once for options that are wrong
 */
export function createVerifier(options: VerifierOptions): Verifier {
  return createVerifierBy(machineClock, options);
}

/** The same by another clock: for tests. */
export function createVerifierBy(clock: Clock, options: VerifierOptions): Verifier {
  const { url, token, maxEntries, maxStale, timeout, maxInFlight, ca, onWarning } = checkOptions(options);
  const origin = new Origin(url, { ca, maxSockets: maxInFlight });
  const cache = maxEntries === undefined ? undefined : new PrincipalCache({ maxEntries, maxStale, clock });
  const follower = cache && new RevocationFollower({ origin, token, cache, maxStale, clock, onWarning });
  const questions = new Questions<Mark | undefined>(
    async (tokenString, about, signal) =>
      introspect(origin, tokenString, { bearer: await within(signal, bearerOf(token)), about, signal }),
    () => cache?.mark(),
    { timeout, maxInFlight },
  );
  let isClosed = false;

  async function ask(key: string, tokenString: string, about: About): Promise<TokenFacts | undefined> {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const { facts, mark } = await questions.ask(key, tokenString, about);
      if (facts === undefined) cache?.forget(key);
      if (facts === undefined || cache === undefined || mark === undefined) return facts;
      if (cache.settle(key, facts, mark)) return facts;
    }
    throw new VerifierUnavailable('revocations overtook every answer');
  }

  return {
    async verify(tokenString, about = {}) {
      if (isClosed) throw new VerifierUnavailable('the verifier is closed');
      if (typeof tokenString !== 'string' || !isTokenString(tokenString)) return undefined;
      // The table holds no token that would be worth stealing.
      const key =
        cache === undefined ? tokenString : createHash('sha256').update(tokenString).digest('base64');
      const facts = cache?.find(key) ?? (await ask(key, tokenString, about));
      return facts === undefined ? undefined : principalOf(facts);
    },
    close() {
      isClosed = true;
      follower?.close();
      questions.close();
      origin.close();
    },
  };
}

/** A promise that is not waited for any longer than the signal allows. */
function within<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new VerifierUnavailable('the function given as token took too long'));
    signal.addEventListener('abort', late, { once: true });
    promise.then(resolve, reject);
  });
}
