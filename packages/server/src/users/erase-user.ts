import type { ActivityRecorder } from '../activity/recorder.ts';
import type { Clock } from '../clock.ts';
import { Refusal } from '../errors.ts';
import type { Act } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';
import { canonicalEmail } from './email.ts';
import { getUserByEmail } from './find-user.ts';
import { deleteUser } from './modify-user.ts';

/**
 * Removes a user, and what is personal about them from everything that is kept of the past: audit events (whose chain
 * stays whole), records of requests, names of ended tokens. `who` is an e-mail, or the id of a user who is gone already.
 * Answers how many audit events were touched.
 */
export async function eraseUser(
  { store, clock, activity }: { store: Store; clock: Clock; activity?: Pick<ActivityRecorder, 'flush'> },
  who: string,
  act: Omit<Act, 'time'>,
): Promise<number> {
  let id = who;
  if (canonicalEmail(who) !== undefined) {
    ({ id } = await getUserByEmail(store, who));
    await deleteUser({ store, clock }, who, act);
  } else if ((await store.findUser(who)) !== undefined) {
    throw new Refusal('INVALID_INPUT', { message: 'This user is not gone yet: name the e-mail.' });
  }
  // What is still in memory would be written when the rest has gone.
  await activity?.flush().catch(() => {});
  return (await store.eraseUser(id, { ...act, time: clock.now() })).events;
}
