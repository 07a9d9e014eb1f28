import type { Store } from '../storage/store.ts';

/** E-mails to user ids, for lists that show people who is meant: each user is looked up once. */
export function userNames(store: Pick<Store, 'findUser'>): (id: string | null) => Promise<string | null> {
  const known = new Map<string, Promise<string | null>>();
  return async (id) => {
    if (id === null) return null;
    let name = known.get(id);
    if (name === undefined) {
      name = store.findUser(id).then((user) => user?.email ?? null);
      known.set(id, name);
    }
    return name;
  };
}
