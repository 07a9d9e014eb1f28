import { entries } from '../audit-entry.ts';
import type { AuditSigner } from '../audit-store.ts';
import type { SharedDatabase } from '../cluster-link.ts';
import { checkLimit, longestBatch, longestPage } from '../page.ts';
import type { Store } from '../store.ts';
import { forgetActivity, recordActivity } from './activity-acts.ts';
import { findRequests, listActivities, listRequests } from './activity-reads.ts';
import { AuditChain } from './audit-chain.ts';
import { auditCheckpoints, auditHeads, listAuditEvents, scanAuditChain } from './audit-reads.ts';
import { changesAfter, latestChange, leapOverChanges, numberChanges } from './changes.ts';
import { linkOpener } from './cluster-link.ts';
import { readConnectionOptions } from './connection-options.ts';
import type { Limits } from './connections.ts';
import { Database } from './database.ts';
import { endToken, endTokens } from './end-tokens.ts';
import { eraseUser } from './erase-user.ts';
import { forgetTries } from './forget-tries.ts';
import { issueToken } from './issue-token.ts';
import { rememberDigestKeys } from './key-acts.ts';
import { setPassword, upgradePasswordHash } from './password-acts.ts';
import { violates } from './postgres-error.ts';
import { prepareDatabase } from './prepare-database.ts';
import { pruneAuditEvents } from './prune-audit.ts';
import {
  findEmails,
  findEndedToken,
  findToken,
  findUserByCanonicalEmail,
  findUserById,
  listUsers,
  ping,
} from './reads.ts';
import { endDeadTokens, findDeadTokens, forgetEndedTokens } from './sweep-acts.ts';
import { findTokenById, listEndedTokens, listTokens, scanTokens } from './token-lists.ts';
import { giveBackTries, lookAtTry, reserveTry, settleTry, unlockUser } from './try-acts.ts';
import { recordUses } from './use-acts.ts';
import { addUser, canonicalEmailKey, createFirstUser, deleteUser, modifyUser } from './user-acts.ts';

export interface PostgresStoreOptions {
  /** `postgres://…`, see `connection-options.ts`. */
  readonly url: string;
  /** What the heads of the audit chains are signed with. */
  readonly signer: AuditSigner;
  /** Default: 10 connections for reads, 10 for writes, 1,800 ms. */
  readonly limits?: Partial<Limits>;
}

/** `openLink` is for `cluster/`, which makes of it what the contract has as `newChanges`. */
export interface PostgresStore extends Store, SharedDatabase {}

/**
 * Opens the store on a PostgreSQL database, which any number of services may share. Rejects with `StoreUnusable` when it
 * isn't one for this version, and with `StoreUnavailable` when it can't be reached or isn't the primary.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  const connection = readConnectionOptions(options.url);
  const { chain: name, unsafeSettings } = await prepareDatabase(connection);
  const chain = new AuditChain(name, options.signer);
  const limits = { reads: 10, writes: 10, patience: 1_800, ...options.limits };
  const database = new Database(connection, limits, chain);
  return {
    ...assemble(database),
    unsafeSettings,
    connections: () => database.connections(),
    openLink: linkOpener(connection, limits.patience),
  };
}

function assemble(database: Database): Store {
  const transact = database.transact.bind(database);
  return {
    findToken: (digests) => findToken(database, digests),
    findUserByEmail: (email) => findUserByCanonicalEmail(database, email),
    findUser: (id) => findUserById(database, id),
    findEmails: (ids) => findEmails(database, ids),
    listUsers: async (page) => listUsers(database, checkPage(page)),
    findEndedToken: (id) => findEndedToken(database, id),
    findTokenById: (id) => findTokenById(database, id),
    listTokens: async (userId, page) => listTokens(database, userId, checkPage(page)),
    scanTokens: async (page) => scanTokens(database, checkPage(page)),
    listEndedTokens: async (userId, limit) =>
      listEndedTokens(database, userId, checkLimit(limit, longestPage)),
    changesAfter: async (seq, limit) => changesAfter(database, seq, checkLimit(limit, longestPage)),
    latestChange: () => latestChange(database),
    // What is committed elsewhere can't be known without a wait: see `cluster/`.
    newChanges: undefined,
    settle: async () => {},
    ping: () => ping(database),

    createFirstUser: (user, act) => transact((it) => createFirstUser(it, user, act)),
    createUser: (user, act) => transact((it) => addUser(it, user, 'user.created', act)),
    importUser: (user, act) => transact((it) => addUser(it, user, 'user.imported', act)),
    async modifyUser(id, change, act) {
      try {
        return await transact((it) => modifyUser(it, id, change, act));
      } catch (error) {
        if (violates(error, canonicalEmailKey)) return 'email_taken';
        throw error;
      }
    },
    deleteUser: (id, act) => transact((it) => deleteUser(it, id, act)),
    setPassword: (id, password, act) => transact((it) => setPassword(it, id, password, act)),
    upgradePasswordHash: (id, oldHash, newHash, act) =>
      transact((it) => upgradePasswordHash(it, id, oldHash, newHash, act)),
    issueToken: (token, hash, act, limit) => transact((it) => issueToken(it, token, hash, act, limit)),
    endToken: (id, cause, act) => transact((it) => endToken(it, id, cause, act)),
    endTokens: (userId, which, act) => transact((it) => endTokens(it, userId, which, act)),
    recordUses: (uses) => transact((it) => recordUses(it, uses)),
    async sweepTokens(policy, act, limit) {
      const dead = await findDeadTokens(database, policy, act, checkLimit(limit, longestBatch));
      // The feed is kept short on the occasion, also when nobody reads it.
      await numberChanges(database);
      return dead.length === 0 ? 0 : transact((it) => endDeadTokens(it, dead, policy, act));
    },
    forgetEndedTokens: async (time, limit) => {
      checkLimit(limit, longestBatch);
      return transact((it) => forgetEndedTokens(it, time, limit));
    },
    rememberDigestKeys: (keys, act) => transact((it) => rememberDigestKeys(it, keys, act)),

    async reserveTry(keys, rules, time) {
      const { refused } = await lookAtTry(
        { query: (text, values) => database.read(text, values) },
        keys,
        rules,
        time,
      );
      return refused ?? transact((it) => reserveTry(it, keys, rules, time));
    },
    settleTry: (reserved, outcome, rules, act) =>
      transact((it) => settleTry(it, reserved, outcome, rules, act)),
    unlockUser: (id, account, act) => transact((it) => unlockUser(it, id, account, act)),
    giveBackTries: (time) => transact((it) => giveBackTries(it, time)),
    forgetTries: (time, most, limit) => transact((it) => forgetTries(it, time, most, limit)),

    listAuditEvents: async (filter, page) => listAuditEvents(database, filter, checkPage(page)),
    scanAuditChain: async (chain, page) => scanAuditChain(database, chain, checkPage(page)),
    auditHeads: () => auditHeads(database),
    auditCheckpoints: async (chain, page) => auditCheckpoints(database, chain, checkPage(page)),
    eraseUser: (userId, act) => eraseUser(database, userId, act),
    pruneAuditEvents: async (time, act, limit) =>
      pruneAuditEvents(database, time, act, checkLimit(limit, longestBatch)),
    recordProvenance: (provenance, act) =>
      transact(async (it) => {
        await leapOverChanges(it);
        it.leave(entries.provenance(provenance), act);
      }),

    recordActivity: (counts, requests) => transact((it) => recordActivity(it, counts, requests)),
    listActivities: async (range, limit) => listActivities(database, range, checkLimit(limit, longestBatch)),
    findRequests: async (id, limit) => findRequests(database, id, checkLimit(limit, longestPage)),
    listRequests: async (filter, page) => listRequests(database, filter, checkPage(page)),
    forgetActivity: (bounds, limit) => transact((it) => forgetActivity(it, bounds, limit)),

    close: () => database.close(),
  };
}

function checkPage<P extends { readonly limit: number }>(page: P): P {
  checkLimit(page.limit, longestPage);
  return page;
}
