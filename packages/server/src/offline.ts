import { anchorOffline, type OfflineAnchor } from './anchor/open-anchor.ts';
import { exportCsv, exportNdjson } from './audit/export.ts';
import { auditPublicKey, auditSigner } from './audit/signing-key.ts';
import { systemClock } from './clock.ts';
import { openSharedStore } from './cluster/open-shared-store.ts';
import type { Config } from './config.ts';
import { Refusal } from './errors.ts';
import { parseExpiry } from './expiry.ts';
import { parseJsonBody } from './http/json-body.ts';
import { createHashQueue } from './login/hash-queue.ts';
import { createKnownSources } from './login/known-sources.ts';
import { createThrottle, THROTTLE_RULES } from './login/throttle.ts';
import { makeFolder } from './make-folder.ts';
import { readExistingKeys } from './moving/check-backup.ts';
import { readServiceKeys } from './service-keys.ts';
import { requireDatabase } from './storage/open-store.ts';
import type { UserRecord } from './storage/records.ts';
import { checkDigestKeys } from './tokens/check-keys.ts';
import { type PolicyPlan, planPolicy } from './tokens/policy-plan.ts';
import { retireKey } from './tokens/retire-key.ts';
import { resetPassword } from './users/change-password.ts';
import { createUser } from './users/create-user.ts';
import { eraseUser } from './users/erase-user.ts';
import { exportUsers } from './users/export-users.ts';
import { getUserByEmail } from './users/find-user.ts';
import { checkGroups } from './users/groups.ts';
import { type ImportedLine, importUsers } from './users/import-users.ts';
import { deleteUser, modifyUser } from './users/modify-user.ts';
import { unlockUser } from './users/unlock-user.ts';
import { userReply } from './users/user-reply.ts';

/** A user in the API's words. */
export type UserReply = ReturnType<typeof userReply>;

/**
 * Administration at the machine, straight on the database: for the first administrator, or one who has forgotten the
 * password. Whoever can read the data directory may; the same rules hold as over the network, and a service that runs
 * on the same database sees what was done at once. Refusals are thrown as `Refusal`. A database that is older than its
 * anchor can be read, and is changed no more than a start would take it: `ConfigError`.
 */
export interface Offline {
  list(): Promise<UserReply[]>;
  get(email: string): Promise<UserReply>;
  /** `expiry`: RFC 3339; undefined = never. */
  create(user: {
    email: string;
    passwordBase64: string;
    expiry: string | undefined;
    admin: boolean;
  }): Promise<UserReply>;
  setPassword(email: string, passwordBase64: string): Promise<void>;
  /** `expiry`: RFC 3339. */
  modify(
    email: string,
    change: {
      readonly expiry?: string;
      readonly admin?: boolean;
      readonly disabled?: boolean;
      readonly groups?: readonly string[];
    },
  ): Promise<UserReply>;
  remove(email: string): Promise<void>;
  /** As `remove`, and what is personal about the user goes from everything that is kept of the past. */
  erase(email: string): Promise<void>;
  unlock(email: string): Promise<void>;
  /** The whole audit trail, as `GET /v4/audit-events/export/` gives it. */
  exportAudit(format: 'ndjson' | 'csv'): AsyncIterable<string>;
  /** How far its chains had come when this was opened, by the anchor beside the database: the first bytes of a hash. */
  readonly anchoredHeads: ReadonlyMap<string, { readonly n: number; readonly hash: Uint8Array }>;
  /** Accounts from elsewhere: see `importUsers`. */
  importUsers(chunks: AsyncIterable<Buffer>, options: { dryRun: boolean }): AsyncIterable<ImportedLine>;
  /** All accounts, as lines that an import reads. */
  exportUsers(options: { withHashes: boolean }): AsyncIterable<string>;
  /** Which living tokens the configured policy would end now. Changes nothing. */
  planPolicy(): Promise<PolicyPlan>;
  /**
   * Ends the tokens that were made with a digest key, so that it can be taken away; answers how many. Throws `Refusal` for
   * the key in use.
   */
  retireKey(keyId: string): Promise<number>;
  close(): Promise<void>;
}

/**
 * @param mayMake Whether an installation is made where there is none, with keys of its own. Else a folder that is misspelt
 * would read as an empty installation, and soon be one. Default: no; then it rejects with `StoreUnusable` or `MovingError`.
 */
export async function openOffline(
  config: Config,
  { mayMake = false }: { mayMake?: boolean } = {},
): Promise<Offline> {
  if (mayMake) makeFolder(config.dataDir);
  else await requireDatabase(config.databaseUrl);
  // Keys are made with a new database only; where that is a file, `readServiceKeys` sees to it.
  const readKeys = mayMake || config.databaseUrl.startsWith('sqlite:') ? readServiceKeys : readExistingKeys;
  const digestKeys = readKeys(config);
  const store = await openSharedStore(config.databaseUrl, {
    signer: auditSigner(digestKeys),
    leaseMs: config.leaseMs,
    name: undefined,
    // Whoever has to wait for the others is told by the act.
    report: () => {},
  });
  let anchor: OfflineAnchor;
  try {
    anchor = await anchorOffline(store, config);
    // What is signed with another key than the service's reads as tampering. One that is lost must not keep anybody from
    // ending the tokens that were made with it.
    if (!anchor.isOlder) {
      await checkDigestKeys(store, digestKeys, systemClock().now(), { missing: 'accepted' });
    }
  } catch (error) {
    await store.close();
    throw error;
  }
  // Whoever types a command waits for it.
  const hashes = createHashQueue({ workers: 1, maxWaitMs: 600_000, parameters: config.hashParameters });
  const throttle = createThrottle({
    store,
    digestKeys,
    clock: systemClock(),
    rules: THROTTLE_RULES,
    knownSources: createKnownSources(),
  });
  const { installationName } = config;
  const parts = { store, hashes, clock: systemClock(), throttle, installationName };
  const show = (user: UserRecord): UserReply => userReply(user, parts.clock.now());
  const act = { actor: null, requestId: null };
  const changing =
    <Given extends unknown[], Done>(change: (...given: Given) => Promise<Done>) =>
    async (...given: Given): Promise<Done> => {
      anchor.refuseOlder();
      return change(...given);
    };
  return {
    async list() {
      const users = [];
      for (let after = ''; ; ) {
        const page = await store.listUsers({ after, limit: 1000 });
        users.push(...page.map(show));
        const last = page.at(-1);
        if (last === undefined) return users;
        after = last.canonicalEmail;
      }
    },
    get: async (email) => show(await getUserByEmail(store, email)),
    create: changing(async ({ expiry, ...user }) =>
      show(
        await createUser(parts, { ...user, expiry: expiry === undefined ? null : parseExpiry(expiry) }, act),
      ),
    ),
    setPassword: changing(async (email, passwordBase64) =>
      resetPassword(parts, await getUserByEmail(store, email), passwordBase64, act),
    ),
    modify: changing(async (email, { expiry, groups, ...rest }) => {
      const change = {
        ...rest,
        ...(expiry === undefined ? {} : { expiry: parseExpiry(expiry) }),
        ...(groups === undefined ? {} : { groups: checkGroups(groups) }),
      };
      return show(await modifyUser(parts, email, change, act));
    }),
    remove: changing((email) => deleteUser(parts, email, act)),
    erase: changing(async (email) => void (await eraseUser(parts, email, act))),
    unlock: changing(async (email) => void (await unlockUser(parts, email, act))),
    exportAudit: (format) =>
      format === 'csv'
        ? exportCsv(store)
        : exportNdjson(store, new Map(digestKeys.map((key) => [key.id, auditPublicKey(key)]))),
    anchoredHeads: new Map(
      [...anchor.heads].map(([chain, { n, hash }]) => [chain, { n, hash: Buffer.from(hash, 'hex') }]),
    ),
    importUsers(chunks, options) {
      if (!options.dryRun) anchor.refuseOlder();
      return importUsers({ ...parts, parse: parseJsonBody }, chunks, act, options);
    },
    exportUsers: (options) => exportUsers(store, options),
    retireKey: changing(async (keyId) => {
      if (keyId === digestKeys[0].id) {
        throw new Refusal('INVALID_INPUT', {
          message: `The key "${keyId}" is the one in use: put a new one in front of it first.`,
        });
      }
      return retireKey(store, keyId, { ...act, time: parts.clock.now() });
    }),
    planPolicy: () => planPolicy(parts, config.tokenPolicy, config.tokenLimit),
    async close() {
      await hashes.close();
      await anchor.note();
      await store.close();
    },
  };
}
