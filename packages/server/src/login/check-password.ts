import type { Clock } from '../clock.ts';
import { Refusal } from '../errors.ts';
import type { Act, UserRecord } from '../storage/records.ts';
import { hasExpired } from '../users/able.ts';
import { type HashQueue, HashQueueOverloaded } from './hash-queue.ts';
import type { RefusalPace } from './refusal-pace.ts';
import { sourcePrefix } from './source-prefix.ts';
import type { Attempt, Throttle } from './throttle.ts';

export interface PasswordDoor {
  readonly hashes: HashQueue;
  readonly throttle: Throttle;
  readonly refusalPace: RefusalPace;
  readonly clock: Clock;
  /** The hash of nobody's password, verified when there is no such user, so that it costs the same. */
  readonly decoyHash: string;
}

export type Verdict =
  | { readonly outcome: 'succeeded'; readonly userId: string; readonly user: UserRecord }
  | {
      readonly outcome: 'failed';
      readonly userId: string | null;
      readonly reason: 'wrong_password' | 'unknown_user' | 'disabled' | 'expired';
    };

/**
 * One try at a password: room for a hash first, then the throttle, then one hash, whoever it is; only then what may be said to somebody who
 * knows the password. Every door that checks a password comes through here, so that all of them share the counters.
 *
 * `findUser` is called to know whose try it is and once more when it has been admitted, and `follow` with what was found, while the try is being settled: what
 * it writes shares a commit with that. Nobody is answered before both are done. Throws `TOO_MANY_REQUESTS`, what the hash
 * queue throws, and what `follow` throws.
 */
export async function checkPassword<Answer>(
  door: PasswordDoor,
  who: { canonicalEmail: string; password: string },
  findUser: () => Promise<UserRecord | undefined>,
  act: Omit<Act, 'time'>,
  follow: (verdict: Verdict) => Promise<Answer>,
): Promise<Answer> {
  const { found, settled } = await attempt(door, who, findUser, act);
  const answer = follow(found);
  await Promise.allSettled([settled, answer]);
  await settled;
  return answer;
}

async function attempt(
  { hashes, throttle, refusalPace, clock, decoyHash }: PasswordDoor,
  who: { canonicalEmail: string; password: string },
  findUser: () => Promise<UserRecord | undefined>,
  act: Omit<Act, 'time'>,
): Promise<Attempt<Verdict>> {
  const address = act.origin?.ip ?? '';
  const source = sourcePrefix(address);
  const check = async (): Promise<Verdict> => {
    const user = await findUser();
    const hash = user?.passwordHash ?? decoyHash;
    const refused = user?.disabled ?? false;
    const genuine = await hashes.verify(who.password, hash, source, { refused });
    const failed = { outcome: 'failed', userId: user?.id ?? null } as const;
    if (user === undefined) return { ...failed, reason: 'unknown_user' };
    if (!genuine) return { ...failed, reason: 'wrong_password' };
    if (user.disabled) return { ...failed, reason: 'disabled' };
    if (hasExpired(user.expiry, clock.now())) return { ...failed, reason: 'expired' };
    return { outcome: 'succeeded', userId: user.id, user };
  };
  try {
    const retryAfter = hashes.refuseEarly(source);
    if (retryAfter !== undefined) throw new HashQueueOverloaded(retryAfter);
    const user = await findUser();
    const account = user === undefined ? { canonicalEmail: who.canonicalEmail } : { userId: user.id };
    return await throttle.attempt({ account, address, password: who.password }, act, check);
  } catch (error) {
    hashes.expectLess(source);
    if (error instanceof HashQueueOverloaded || error instanceof Refusal) await refusalPace.wait();
    throw error;
  }
}
