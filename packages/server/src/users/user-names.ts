import type { Store } from '../storage/store.ts';

/** The e-mail to a user's id; null for nobody, and for who is no more. */
export type NameOf = (id: string | null) => string | null;

/** E-mails to these ids, for lists that show people who is meant: looked up all at once, however long the list. */
export async function userNames(
  store: Pick<Store, 'findEmails'>,
  ids: Iterable<string | null>,
): Promise<NameOf> {
  const named = new Set(ids);
  named.delete(null);
  const emails =
    named.size === 0 ? new Map<string, string>() : await store.findEmails([...named] as string[]);
  return (id) => (id === null ? null : (emails.get(id) ?? null));
}
