import type { Clock } from '../clock.ts';
import { type Quota, Refusal } from '../errors.ts';
import type { Act } from '../storage/records.ts';
import {
  FOREVER,
  type ThrottleRules,
  type ThrottleStore,
  type TryKeys,
  type TryOutcome,
} from '../storage/throttle-store.ts';
import { type DigestKeys, digestTry } from '../tokens/digest.ts';
import { HashQueueOverloaded } from './hash-queue.ts';
import type { KnownSources } from './known-sources.ts';
import { sourcePrefix } from './source-prefix.ts';
import { createTurns, SameGuess } from './turns.ts';

/**
 * Slows guessing down, per account and per source. Every door that checks a password goes through `attempt`.
 *
 * The store counts, so that processes and nodes share the counters; what it counts by are keyed digests.
 */
export interface Throttle {
  /**
   * One try at the password of an account. Takes the try before `check` may compute a hash, and settles it with what
   * `check` has found; when that throws, nothing was learned and the try is given back. Throws `TOO_MANY_REQUESTS`
   * without having called `check`, alike for accounts that exist and that don't.
   */
  attempt<Found extends TryOutcome>(
    guess: Guess,
    act: Omit<Act, 'time'>,
    check: () => Promise<Found>,
  ): Promise<Attempt<Found>>;
  /**
   * Where this process has just learned that the source may not try at all: so many seconds, 1 or more, and the quota that it has
   * used up, as `attempt` would say. Undefined otherwise; asks nobody. So that a flood from one source costs no question each.
   */
  closedTo(address: string): { readonly retryAfter: number; readonly quota: Quota } | undefined;
  /** The account's key in the store. */
  accountKey(account: Account): Uint8Array;
}

/**
 * Whose password is tried: a user by the id, so that no change of the e-mail leaves the failures behind, or lets somebody else come
 * into the devices that were known; and where there is no user the e-mail, so that it counts alike.
 */
type Account = { readonly userId: string } | { readonly canonicalEmail: string };

export interface Attempt<Found> {
  readonly found: Found;
  /** Resolves when the try is settled: what is written in the same turn of the event loop can share its commit. */
  readonly settled: Promise<void>;
}

interface Guess {
  readonly account: Account;
  /** Where the request came from, in whatever form the connection has it. */
  readonly address: string;
  readonly password: string;
}

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

/** Some mistakes are free; then ten seconds, doubled up to a quarter of an hour; 100 in a row close the account. */
export const THROTTLE_RULES: ThrottleRules = {
  freeFailures: 5,
  firstWait: 10 * SECOND,
  longestWait: 900 * SECOND,
  mostFailures: 100,
  laneLifetime: 30 * DAY,
  sourceBurst: 100,
  sourcePeriod: 3 * SECOND,
};

/** Nobody is told to come back in a thousand years: an administrator may open the account at any time. */
const LONGEST_RETRY_AFTER = 3_600;
/** Closed sources that are remembered: of more, the store is asked again. */
const MOST_CLOSED = 10_000;

export function createThrottle(parts: {
  store: ThrottleStore;
  digestKeys: DigestKeys;
  clock: Clock;
  rules: ThrottleRules;
  knownSources: Pick<KnownSources, 'remember'>;
}): Throttle {
  const { store, clock, rules, digestKeys, knownSources } = parts;
  const [key] = digestKeys;
  const accountKey = (account: Account): Uint8Array => digestTry(key, 'account', partsOf(account));
  const turns = createTurns();
  const quota: Quota = {
    name: 'login',
    most: rules.sourceBurst,
    window: (rules.sourceBurst * rules.sourcePeriod) / SECOND,
  };
  // By source, when each may try again: those that were refused last.
  const closed = new Map<string, number>();

  function remember(source: string, retryAt: number): void {
    closed.delete(source);
    closed.set(source, retryAt);
    for (const [oldest] of closed) {
      if (closed.size <= MOST_CLOSED) break;
      closed.delete(oldest);
    }
  }

  /** Says when to come back, and nothing about an account: the quota it names is a source's. */
  const tooMany = (retryAt: number, now: number): Refusal =>
    new Refusal('TOO_MANY_REQUESTS', { retryAfter: secondsUntil(retryAt, now), quota });

  /** Takes the try, has it checked, and begins to settle it. */
  async function counted<Found extends TryOutcome>(
    keys: TryKeys,
    source: string,
    act: Omit<Act, 'time'>,
    check: () => Promise<Found>,
  ): Promise<Attempt<Found>> {
    const now = clock.now();
    const reserved = await store.reserveTry(keys, rules, now);
    if (!reserved.admitted) {
      if (reserved.sourceRetryAt !== null) remember(source, reserved.sourceRetryAt);
      throw tooMany(reserved.retryAt, now);
    }
    let found: Found;
    try {
      found = await check();
    } catch (error) {
      await store.settleTry(reserved, { outcome: 'abandoned' }, rules, { ...act, time: clock.now() });
      throw error;
    }
    if (found.outcome === 'succeeded') knownSources.remember(source);
    const settled = store.settleTry(reserved, outcomeOf(found), rules, { ...act, time: clock.now() });
    return { found, settled };
  }

  return {
    accountKey,
    closedTo(address) {
      const retryAt = closed.get(sourcePrefix(address));
      if (retryAt === undefined) return undefined;
      const now = clock.now();
      return retryAt > now ? { retryAfter: secondsUntil(retryAt, now), quota } : undefined;
    },
    async attempt<Found extends TryOutcome>(
      { account, address, password }: Guess,
      act: Omit<Act, 'time'>,
      check: () => Promise<Found>,
    ): Promise<Attempt<Found>> {
      const source = sourcePrefix(address);
      const parts = partsOf(account);
      const guess = digestTry(key, 'password', [...parts, password]);
      const keys = {
        account: accountKey(account),
        source: digestTry(key, 'source', [source]),
        lane: digestTry(key, 'lane', [...parts, source]),
        fingerprint: guess.subarray(0, 4),
      };
      const turn = await turns.take(hex(keys.lane), hex(guess)).catch((error: Error) => {
        if (error instanceof SameGuess) throw tooMany(clock.now() + SECOND, clock.now());
        throw new HashQueueOverloaded(1);
      });
      try {
        const attempt = await counted(keys, source, act, check);
        attempt.settled.then(
          () => turn.done(attempt.found.outcome === 'failed' ? 'failed' : 'other'),
          () => turn.done('other'),
        );
        return attempt;
      } catch (error) {
        turn.done('other');
        throw error;
      }
    },
  };
}

function partsOf(account: Account): [string, string] {
  return 'userId' in account ? ['user', account.userId] : ['email', account.canonicalEmail];
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The outcome and nothing more that whoever checked may have put beside it. */
function outcomeOf(found: TryOutcome): TryOutcome {
  if (found.outcome === 'abandoned') return { outcome: 'abandoned' };
  if (found.outcome === 'succeeded') return { outcome: 'succeeded', userId: found.userId };
  return { outcome: 'failed', userId: found.userId, reason: found.reason };
}

function secondsUntil(retryAt: number, now: number): number {
  const seconds = retryAt >= FOREVER ? LONGEST_RETRY_AFTER : Math.ceil((retryAt - now) / SECOND);
  return Math.min(Math.max(seconds, 1), LONGEST_RETRY_AFTER);
}
