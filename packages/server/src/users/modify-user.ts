import type { Clock } from '../clock.ts';
import { Refusal } from '../errors.ts';
import type { Act, UserRecord } from '../storage/records.ts';
import type { Store, UserChange } from '../storage/store.ts';
import { checkEmail, taken } from './create-user.ts';
import { getUserByEmail, notFound } from './find-user.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
}

/** What may change about a user, by whomever the caller has found entitled to. */
export interface WantedChange {
  readonly email?: string;
  readonly expiry?: number | null;
  readonly admin?: boolean;
  readonly disabled?: boolean;
  readonly groups?: readonly string[];
}

/** Changes a user and answers with the result. */
export async function modifyUser(
  { store, clock }: Parts,
  email: string,
  wanted: WantedChange,
  act: Omit<Act, 'time'>,
): Promise<UserRecord> {
  const user = await getUserByEmail(store, email);
  const { email: newEmail, groups, ...rest } = wanted;
  const change: UserChange = {
    ...rest,
    ...(newEmail === undefined ? {} : { email: renamed(newEmail) }),
    ...(groups === undefined ? {} : { groups: [...new Set(groups)].sort() }),
  };
  const outcome = await store.modifyUser(user.id, change, { ...act, time: clock.now() });
  if (outcome === 'not_found') throw notFound(email);
  if (outcome === 'email_taken') throw taken(newEmail ?? email);
  if (outcome === 'last_administrator') throw lastAdministrator();
  return outcome;
}

/** Removes a user with all of its tokens. */
export async function deleteUser(
  { store, clock }: Parts,
  email: string,
  act: Omit<Act, 'time'>,
): Promise<void> {
  const user = await getUserByEmail(store, email);
  const outcome = await store.deleteUser(user.id, { ...act, time: clock.now() });
  if (outcome === 'not_found') throw notFound(email);
  if (outcome === 'last_administrator') throw lastAdministrator();
}

function renamed(email: string): { email: string; canonicalEmail: string } {
  return { email, canonicalEmail: checkEmail(email).canonical };
}

function lastAdministrator(): Refusal {
  return new Refusal('INVALID_INPUT', {
    message: 'There must be an administrator left who is not disabled and whose account does not expire.',
  });
}
