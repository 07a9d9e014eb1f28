import { formatTime } from '../rfc3339.ts';
import type { Store } from '../storage/store.ts';

const PAGE = 1000;

/**
 * All users as lines that `importUsers` reads, without their ends, in the order of their e-mails. Without hashes there is
 * nothing in them that a password could be tried against, and an import refuses them.
 */
export async function* exportUsers(
  store: Store,
  { withHashes = false }: { withHashes?: boolean } = {},
): AsyncGenerator<string> {
  for (let after = ''; ; ) {
    const page = await store.listUsers({ after, limit: PAGE });
    for (const { email, passwordHash, created, expiry, admin, disabled, groups } of page) {
      yield JSON.stringify({
        email,
        ...(withHashes ? { password_hash: passwordHash } : {}),
        created: formatTime(created),
        expiry: formatTime(expiry),
        admin,
        disabled,
        groups,
      });
    }
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.canonicalEmail;
  }
}
