import type { Clock } from '../clock.ts';
import { newId } from '../ids.ts';
import type { Act, TokenPolicy, TokenRecord, UserRecord } from '../storage/records.ts';
import type { Store, TokenLimit } from '../storage/store.ts';
import { type DigestKeys, digestToken, sealToken } from './digest.ts';
import { effectiveExpiry } from './policy.ts';
import { EVERYTHING } from './scopes.ts';
import { newTokenString } from './token-string.ts';

/** What somebody may wish for a new token. Absent: no name, no expiry of its own, everything. */
export interface WantedToken {
  readonly name?: string;
  /** Milliseconds; null = never. */
  readonly expiry?: number | null;
  readonly scopes?: readonly string[];
}

export interface IssueParts {
  readonly store: Store;
  readonly digestKeys: DigestKeys;
  readonly clock: Clock;
  readonly policy: TokenPolicy;
  readonly tokenLimit: TokenLimit | undefined;
  /** Ends for good the tokens that are dead by now. */
  readonly sweep: () => Promise<void>;
}

/**
 * Gives a user a new token. The token string exists only in the answer. `stale`: the user was changed since its password
 * hash was read, and may not be let in on the strength of it. `too_many`: it has as many as the operator allows.
 */
export async function issueToken(
  { store, digestKeys, clock, policy, tokenLimit, sweep }: IssueParts,
  user: UserRecord,
  wanted: WantedToken,
  act: Omit<Act, 'time' | 'actor'>,
): Promise<{ tokenString: string; token: TokenRecord } | 'stale' | 'too_many'> {
  const tokenString = newTokenString();
  const [key] = digestKeys;
  const time = clock.now();
  const unsealed = {
    id: newId(),
    userId: user.id,
    digest: digestToken(key, tokenString),
    keyId: key.id,
    name: wanted.name ?? null,
    created: time,
    expiry: effectiveExpiry({ created: time, expiry: wanted.expiry ?? null }, policy),
    scopes: wanted.scopes ?? [EVERYTHING],
  };
  const token = { ...unsealed, seal: sealToken(key, unsealed) };
  const issue = () =>
    store.issueToken(token, user.passwordHash, { ...act, time, actor: user.id }, tokenLimit);
  let outcome = await issue();
  if (outcome === 'too_many') {
    // Some of them may be dead, and not taken away yet.
    await sweep();
    outcome = await issue();
  }
  return outcome === 'issued' ? { tokenString, token } : outcome;
}
