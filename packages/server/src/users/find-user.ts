import { Refusal } from '../errors.ts';
import type { UserRecord } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';
import { canonicalEmail } from './email.ts';

/** The user an address names. Throws `RESOURCE_NOT_FOUND`, also for text that can't be an address. */
export async function getUserByEmail(store: Store, email: string): Promise<UserRecord> {
  const canonical = canonicalEmail(email);
  const user = canonical === undefined ? undefined : await store.findUserByEmail(canonical);
  if (user === undefined) throw notFound(email);
  return user;
}

export function notFound(email: string): Refusal {
  return new Refusal('RESOURCE_NOT_FOUND', {
    message: `The user could not be found. (not found: user with email '${email}' could not be found)`,
  });
}
