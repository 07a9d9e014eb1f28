import type { SharedStore } from '../cluster/join-cluster.ts';
import type { Config } from '../config.ts';
import { ConfigError } from '../config-sources.ts';
import type { HashQueue } from '../login/hash-queue.ts';
import type { Store } from '../storage/store.ts';
import { type AffectedUser, endingsSince, replay, revokeAll, type Settled } from './after-restore.ts';
import { AnchorFile, type Heads, readAnchoredHeads } from './anchor-file.ts';
import { anchoredStore } from './anchored-store.ts';
import { findOlder, type Older } from './compare.ts';
import { catchUp, followChains, headsOf } from './follow-chains.ts';

/** A database that goes on from its anchor, and the anchor that goes on with it. */
export interface Anchored {
  /** What rights are taken away by: it answers when the anchor has it too. */
  readonly store: Store;
  /** When the database was older than its anchor, and a choice had been made. */
  readonly settled: Settled | undefined;
  /** See `Follower.caughtUp`. */
  caughtUp(): Promise<void>;
  /** See `Follower.lag`; undefined where another process keeps it. */
  readonly lag: (() => number) | undefined;
  stop(): Promise<void>;
}

interface Parts {
  readonly store: Store | SharedStore;
  readonly hashes: Pick<HashQueue, 'hash'>;
  readonly config: Pick<Config, 'anchorFile' | 'tokenPolicy' | 'afterRestore'>;
  readonly now: number;
}

/**
 * Holds the database against its anchor. Throws `ConfigError` when it is older and no
 * choice has been made, or when the choice can't be had. Afterwards the anchor follows the database; `report` is told when
 * it can't.
 */
export async function openAnchor(parts: Parts, report: (error: unknown) => void): Promise<Anchored> {
  const { store, config } = parts;
  const file = await AnchorFile.open(config.anchorFile);
  try {
    const older = file.heads === undefined ? undefined : await findOlder(store, file.heads);
    const settled = older === undefined ? undefined : await settle(parts, file, older);
    if (file.heads === undefined || settled !== undefined) {
      await file.note([], await headsOf(store)).catch(report);
    }
    const follower = followChains({ store, file, policy: config.tokenPolicy }, report);
    return {
      store: anchoredStore(store, follower.caughtUp),
      settled,
      caughtUp: follower.caughtUp,
      lag: follower.lag,
      async stop() {
        await follower.stop();
        await file.close();
      },
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function settle(parts: Parts, file: AnchorFile, older: Older): Promise<Settled> {
  const { store, hashes, now, config } = parts;
  const choice = config.afterRestore;
  if (choice === undefined) throw new ConfigError(refusal(file.path, older));
  const act = { time: now, actor: null, requestId: null };
  const endings = await endingsSince(store, file);
  const settled =
    choice === 'revoke-all'
      ? await revokeAll(store, endings, act)
      : endings === undefined
        ? 'out_of_reach'
        : await replay({ store, hashes }, endings, act);
  if (settled === 'out_of_reach') {
    throw new ConfigError(
      `--after-restore cannot be replay: ${file.path} does not reach back to this database. Use --after-restore=revoke-all.`,
    );
  }
  if (settled === 'no_administrator') {
    throw new ConfigError(
      '--after-restore cannot be replay: no administrator would be left. Use --after-restore=revoke-all.',
    );
  }
  const { reached, found } = older;
  await store.recordProvenance(
    { how: 'restored', choice, reached, found, tokensEnded: settled.tokensEnded },
    act,
  );
  return settled;
}

function refusal(path: string, { chain, reached, found }: Older): string {
  const where =
    found < reached
      ? `its audit chain "${chain}" ends at event ${found}, and had come to ${reached}`
      : `event ${reached} of its audit chain "${chain}" is not the one that was there`;
  return (
    `The database is older than its anchor ${path}: ${where}. A restored backup would bring ended tokens, removed users and ` +
    'old passwords back. Start once with --after-restore=revoke-all, which ends all tokens, or with --after-restore=replay, ' +
    'which takes away again what had been taken away since.'
  );
}

/** What a start did about a restored database, for whoever reads the log. */
export function tellSettled(
  settled: Settled | undefined,
  { afterRestore }: Pick<Config, 'afterRestore'>,
  logger: { warn(what: unknown, text?: string): void },
): void {
  if (settled !== undefined) {
    const ids = (users: readonly AffectedUser[]): string[] => users.map(({ id }) => id);
    const { removedUsers, changedPasswords, changedEmails, ...rest } = settled;
    const told = {
      ...rest,
      removedUsers: ids(removedUsers),
      changedPasswords: ids(changedPasswords),
      changedEmails: ids(changedEmails),
    };
    logger.warn(told, 'the database was older than its anchor');
  } else if (afterRestore !== undefined) {
    logger.warn('--after-restore has nothing to do: the database is not older than its anchor. Take it away');
  }
}

/** An anchor for acts at the machine, which a service may know nothing of. */
export interface OfflineAnchor {
  /** Where the chains had come to before the database was looked at; empty when there is no anchor. */
  readonly heads: Heads;
  /** Whether the database is older, and stays so: then it may be read only. */
  readonly isOlder: boolean;
  /** Throws the `ConfigError` of a start on a database that is older than its anchor. */
  refuseOlder(): void;
  /** Notes what was done, when it is done. */
  note(): Promise<void>;
}

export async function anchorOffline(
  store: Store,
  { anchorFile, tokenPolicy }: Pick<Config, 'anchorFile' | 'tokenPolicy'>,
): Promise<OfflineAnchor> {
  const heads = readAnchoredHeads(anchorFile);
  const older = heads === undefined ? undefined : await findOlder(store, heads);
  return {
    heads: heads ?? new Map(),
    isOlder: older !== undefined,
    refuseOlder() {
      if (older !== undefined) throw new ConfigError(refusal(anchorFile, older));
    },
    async note() {
      if (heads === undefined || older !== undefined) return;
      const file = await AnchorFile.open(anchorFile);
      try {
        await catchUp({ store, file, policy: tokenPolicy });
      } finally {
        await file.close();
      }
    },
  };
}

/** For a process whose anchor another one keeps. */
export function anchorElsewhere(store: Store, caughtUp: () => Promise<void>): Anchored {
  return {
    store: anchoredStore(store, caughtUp),
    settled: undefined,
    caughtUp,
    lag: undefined,
    async stop() {},
  };
}
