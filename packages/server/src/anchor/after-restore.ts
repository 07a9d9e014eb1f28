import { generatePassword } from '../login/generate-password.ts';
import type { HashQueue } from '../login/hash-queue.ts';
import type { Act, UserRecord } from '../storage/records.ts';
import type { Store, UserChange } from '../storage/store.ts';
import type { AnchorFile } from './anchor-file.ts';
import type { AfterRestore } from './choices.ts';
import { addUp, type Ending, type Endings, type UserEnding } from './endings.ts';
import { shorten } from './follow-chains.ts';

export type AffectedUser = Pick<UserRecord, 'id' | 'email'>;

/** What was done about a database that is older than its anchor. */
export interface Settled {
  readonly choice: AfterRestore;
  readonly tokensEnded: number;
  /** Who had been removed since, and is gone again (`replay`) or is back (`revoke-all`). */
  readonly removedUsers: readonly AffectedUser[];
  /** Whose password had been changed since: now of no use (`replay`), or the earlier one again (`revoke-all`). */
  readonly changedPasswords: readonly AffectedUser[];
  /** Disabled, because their e-mail had been changed since and the later one isn't known (`replay`). */
  readonly changedEmails: readonly AffectedUser[];
  /** How many had been made since, and are not there. */
  readonly lostUsers: number;
}

const USERS_AT_ONCE = 1_000;
const ACTS_AT_ONCE = 50;
const SWEPT_AT_ONCE = 10_000;

/**
 * The endings that the anchor has and the database may not: everything behind the last place where the two agree.
 * Undefined when the anchor doesn't reach back that far.
 */
export async function endingsSince(store: Store, file: AnchorFile): Promise<Endings | undefined> {
  const lines = [...file.lines()];
  const ends = new Map((await store.auditHeads()).map(({ chain, n }) => [chain, n]));
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const line = lines[at];
    if (line === undefined || !('heads' in line)) continue;
    if ([...line.heads].some(([chain, { n }]) => n > (ends.get(chain) ?? 0))) continue;
    if (!(await hasBeenAt(store, line.heads))) continue;
    return addUp(lines.slice(at + 1).flatMap((later) => ('ending' in later ? [later.ending as Ending] : [])));
  }
  return undefined;
}

async function hasBeenAt(
  store: Store,
  heads: ReadonlyMap<string, { n: number; hash: string }>,
): Promise<boolean> {
  for (const [chain, { n, hash }] of heads) {
    const [event] = await store.scanAuditChain(chain, { after: n - 1, limit: 1 });
    if (event?.n !== n || shorten(event.hash) !== hash) return false;
  }
  return true;
}

/** Ends every token (cause `restored`). What else the backup brings back, is only told. */
export async function revokeAll(store: Store, endings: Endings | undefined, act: Act): Promise<Settled> {
  let tokensEnded = 0;
  const changes = [...(endings?.users ?? [])];
  const known = new Map<string, AffectedUser>();
  for await (const users of pagesOfUsers(store)) {
    for (const { id, email } of users) if (endings?.users.has(id)) known.set(id, { id, email });
    await inParallel(users, async ({ id }) => {
      const { ended } = await store.endTokens(id, { cause: 'restored' }, act);
      tokensEnded += ended;
    });
  }
  const back = (what: keyof UserEnding): AffectedUser[] =>
    changes.flatMap(([id, change]) => (change[what] === true ? (known.get(id) ?? []) : []));
  return {
    choice: 'revoke-all',
    tokensEnded,
    removedUsers: back('deleted'),
    changedPasswords: back('password'),
    changedEmails: back('email'),
    lostUsers: changes.filter(([id, { made, deleted }]) => made && !deleted && !known.has(id)).length,
  };
}

/**
 * Takes away again what had been taken away since the backup. `no_administrator`, and nothing is done, when nobody would
 * be left who can administer.
 */
export async function replay(
  { store, hashes }: { store: Store; hashes: Pick<HashQueue, 'hash'> },
  endings: Endings,
  act: Act,
): Promise<Settled | 'no_administrator'> {
  const users = new Map<string, UserRecord>();
  let administrators = 0;
  for await (const page of pagesOfUsers(store)) {
    for (const user of page) {
      const change = endings.users.get(user.id);
      if (change !== undefined) users.set(user.id, user);
      if (isAdministrator(user, change)) administrators += 1;
    }
  }
  if (administrators === 0) return 'no_administrator';

  let tokensEnded = 0;
  await inParallel([...endings.tokens], async (id) => {
    if ((await store.endToken(id, 'restored', act)) === 'ended') tokensEnded += 1;
  });
  for (const { policy, time } of endings.sweeps) {
    for (let ended = SWEPT_AT_ONCE; ended === SWEPT_AT_ONCE; tokensEnded += ended) {
      ended = await store.sweepTokens(policy, { ...act, time }, SWEPT_AT_ONCE);
    }
  }
  const changed = [...users.values()].map((user) => ({ user, change: endings.users.get(user.id) ?? {} }));
  // Whoever gains first: the last administrator can't be taken away from.
  changed.sort(
    (a, b) => Number(isAdministrator(b.user, b.change)) - Number(isAdministrator(a.user, a.change)),
  );
  const useless = changed.some(({ change }) => change.password) ? await uselessHash(hashes) : '';
  for (const { user, change } of changed) {
    tokensEnded += await replayUser(store, user, change, useless, act);
  }
  // Also of users whom the backup doesn't know as living: what is personal about them is in its events.
  for (const [id, { erased }] of endings.users) if (erased) await store.eraseUser(id, act);

  const those = (what: 'deleted' | 'password' | 'email'): AffectedUser[] =>
    changed
      .filter(({ change }) => change[what] && (what === 'deleted' || !change.deleted))
      .map(({ user: { id, email } }) => ({ id, email }));
  return {
    choice: 'replay',
    tokensEnded,
    removedUsers: those('deleted'),
    changedPasswords: those('password'),
    changedEmails: those('email'),
    lostUsers: [...endings.users].filter(([id, { made, deleted }]) => made && !deleted && !users.has(id))
      .length,
  };
}

async function replayUser(
  store: Store,
  user: UserRecord,
  change: UserEnding,
  useless: string,
  act: Act,
): Promise<number> {
  const { ended } =
    change.tokens || change.password || change.deleted || change.email
      ? await store.endTokens(user.id, { cause: 'restored' }, act)
      : { ended: 0 };
  if (change.deleted) {
    const outcome = await store.deleteUser(user.id, act);
    if (outcome === 'last_administrator') throw new Error('the last administrator cannot be removed');
    return ended;
  }
  if (change.password) await store.setPassword(user.id, { newHash: useless }, act);
  const wanted = stateOf(change);
  if (Object.keys(wanted).length > 0) {
    const outcome = await store.modifyUser(user.id, wanted, act);
    if (outcome === 'last_administrator') throw new Error('the last administrator cannot be disabled');
  }
  return ended;
}

/** What to set. Under an e-mail that isn't theirs any more nobody may log in, or be taken for somebody else. */
function stateOf({ admin, disabled, expiry, groups, email }: UserEnding): UserChange {
  return {
    ...(admin === undefined ? {} : { admin }),
    ...(disabled === undefined ? {} : { disabled }),
    ...(expiry === undefined ? {} : { expiry }),
    ...(groups === undefined ? {} : { groups }),
    ...(email === undefined ? {} : { disabled: true }),
  };
}

function isAdministrator(user: UserRecord, change: UserEnding = {}): boolean {
  const { admin, disabled, expiry } = { ...user, ...stateOf(change) };
  return admin && !disabled && expiry === null && change.deleted !== true;
}

/** Of a password that nobody knows. */
async function uselessHash(hashes: Pick<HashQueue, 'hash'>): Promise<string> {
  return hashes.hash(generatePassword());
}

async function* pagesOfUsers(store: Store): AsyncGenerator<UserRecord[]> {
  for (let after = ''; ; ) {
    const page = await store.listUsers({ after, limit: USERS_AT_ONCE });
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < USERS_AT_ONCE) return;
    after = last.canonicalEmail;
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += ACTS_AT_ONCE) {
    await Promise.all(items.slice(at, at + ACTS_AT_ONCE).map(work));
  }
}
