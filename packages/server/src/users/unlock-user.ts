import type { Clock } from '../clock.ts';
import type { Throttle } from '../login/throttle.ts';
import type { Act } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';
import { getUserByEmail, notFound } from './find-user.ts';

/** Opens an account to unknown devices again, and starts counting anew. */
export async function unlockUser(
  { store, clock, throttle }: { store: Store; clock: Clock; throttle: Throttle },
  email: string,
  act: Omit<Act, 'time'>,
): Promise<'unlocked' | 'not_locked'> {
  const user = await getUserByEmail(store, email);
  const account = throttle.accountKey({ userId: user.id });
  const outcome = await store.unlockUser(user.id, account, { ...act, time: clock.now() });
  if (outcome === 'not_found') throw notFound(email);
  return outcome;
}
