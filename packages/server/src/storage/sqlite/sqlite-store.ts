import type { DatabaseSync } from 'node:sqlite';
import type { AuditSigner } from '../audit-store.ts';
import { checkLimit, longestBatch, longestPage } from '../page.ts';
import type { NewPassword, Store } from '../store.ts';
import { storableTime } from '../text.ts';
import { hasActivityToForget } from './activity-acts.ts';
import { findRequests, listActivities, listRequests } from './activity-reads.ts';
import type { ErasePosition } from './audit-acts.ts';
import { auditCheckpoints, hasEventsBefore, listAuditEvents, scanAuditChain } from './audit-reads.ts';
import { readHeads } from './audit-rows.ts';
import { ChangeWatch } from './change-watch.ts';
import { changesAfter, latestChange } from './changes.ts';
import { findToken } from './find-token.ts';
import { findEmails, findUserByCanonicalEmail, findUserById } from './find-user.ts';
import { holdWritable } from './hold-writable.ts';
import { digestKeysIfKnown } from './key-acts.ts';
import { prepareDatabase } from './prepare-database.ts';
import { Reader } from './reader.ts';
import { findEndedToken, listUsers, ping } from './reads.ts';
import { toStoreError } from './sqlite-error.ts';
import { findDeadTokens } from './sweep.ts';
import { hasEndedBefore } from './sweep-acts.ts';
import { findTokenById, listEndedTokens, listTokens, scanTokens } from './token-lists.ts';
import { hasTriesToForget, hasTriesToGiveBack, lookAtTry } from './try-acts.ts';
import { ownKeys } from './try-rows.ts';
import { Writer, type WriterDiagnostics } from './writer.ts';
import { WriterLink } from './writer-link.ts';

export interface SqliteStoreOptions {
  /** The database file; its folder exists. A missing file is created. */
  readonly path: string;
  /** What the heads of the audit chain are signed with. */
  readonly signer: AuditSigner;
  /** Bytes set aside for the endings of tokens on a full disk. Default: 4 MiB. */
  readonly reserveBytes?: number;
}

export interface SqliteStore extends Store {
  /** For tests and metrics; not part of the contract. */
  diagnostics(): WriterDiagnostics;
}

/**
 * Opens the store on an SQLite file, which several processes may share. Rejects with `StoreUnusable` when the file
 * isn't one for this version, and with `StoreUnavailable` when it is locked.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const { path, signer, reserveBytes = 4 * 1024 * 1024 } = options;
  prepareDatabase(path);
  const held = holdWritable(path, reserveBytes);
  try {
    const writer = new Writer(path, new WriterLink({ path, reserveBytes, signer }));
    return assemble(writer, new Reader(path), held);
  } catch (error) {
    held.close();
    throw toStoreError(error, path);
  }
}

function assemble(writer: Writer, reader: Reader, held: DatabaseSync): SqliteStore {
  const watch = new ChangeWatch(reader);
  /** Housekeeping that finds nothing is no transaction: a service that nobody uses doesn't write. */
  const forget = async (
    limit: number,
    isWorthIt: (db: DatabaseSync) => boolean,
    act: () => Promise<number>,
  ): Promise<number> => {
    checkLimit(limit, longestBatch);
    return (await reader.read(isWorthIt)) ? act() : 0;
  };
  return {
    findToken: (digests) => reader.read((db) => findToken(db, digests)),
    findUserByEmail: (email) => reader.read((db) => findUserByCanonicalEmail(db, email)),
    findUser: (id) => reader.read((db) => findUserById(db, id)),
    findEmails: (ids) => reader.read((db) => findEmails(db, ids)),
    listUsers: (page) => reader.read((db) => listUsers(db, page)),
    findEndedToken: (id) => reader.read((db) => findEndedToken(db, id)),
    findTokenById: (id) => reader.read((db) => findTokenById(db, id)),
    listTokens: (userId, page) => reader.read((db) => listTokens(db, userId, page)),
    scanTokens: (page) => reader.read((db) => scanTokens(db, page)),
    listEndedTokens: (userId, limit) => reader.read((db) => listEndedTokens(db, userId, limit)),
    changesAfter: (seq, limit) => reader.read((db) => changesAfter(db, seq, checkLimit(limit, longestPage))),
    latestChange: () => reader.read(latestChange),
    newChanges: () => watch.newChanges(),
    // Whoever remembers looks into the file each time.
    settle: async () => {},
    ping: () => reader.read(ping),

    createFirstUser: (user, act) => writer.act('createFirstUser', user, act),
    createUser: (user, act) => writer.act('createUser', user, act),
    importUser: (user, act) => writer.act('importUser', user, act),
    modifyUser: (id, change, act) => writer.act('modifyUser', id, change, act),
    deleteUser: (id, act) => writer.act('deleteUser', id, act),
    setPassword: (id, password, act) => writer.act('setPassword', id, withOwnAccount(password), act),
    upgradePasswordHash: (id, oldHash, newHash, act) =>
      writer.act('upgradePasswordHash', id, oldHash, newHash, act),
    issueToken: (token, hash, act, limit) => writer.act('issueToken', withOwnBytes(token), hash, act, limit),
    endToken: (id, cause, act) => writer.act('endToken', id, cause, act),
    endTokens: (userId, which, act) => writer.act('endTokens', userId, which, act),
    recordUses: (uses) => writer.act('recordUses', uses),
    async sweepTokens(policy, act, limit) {
      const dead = await findDeadTokens(reader, policy, act, checkLimit(limit, longestBatch));
      return dead.length === 0 ? 0 : writer.act('endDeadTokens', dead, policy, act);
    },
    forgetEndedTokens: (time, limit) =>
      forget(
        limit,
        (db) => hasEndedBefore(db, time),
        () => writer.act('forgetEndedTokens', time, limit),
      ),
    async rememberDigestKeys(keys, act) {
      const known = await reader.read((db) => digestKeysIfKnown(db, keys));
      return known ?? writer.act('rememberDigestKeys', keys, act);
    },

    async reserveTry(keys, rules, time) {
      const own = ownKeys(keys);
      const { refused } = await reader.read((db) => lookAtTry(db, own, rules, time));
      return refused ?? writer.act('reserveTry', own, rules, time);
    },
    settleTry: (reserved, outcome, rules, act) =>
      writer.act('settleTry', { ...reserved, keys: ownKeys(reserved.keys) }, outcome, rules, act),
    unlockUser: (id, account, act) => writer.act('unlockUser', id, Uint8Array.from(account), act),
    async giveBackTries(time) {
      const isWorthIt = await reader.read((db) => hasTriesToGiveBack(db, time));
      return isWorthIt ? writer.act('giveBackTries', time) : 0;
    },
    forgetTries: (time, most, limit) =>
      forget(
        limit,
        (db) => hasTriesToForget(db, time, most),
        () => writer.act('forgetTries', time, most, limit),
      ),

    listAuditEvents: (filter, page) => listAuditEvents(reader, filter, page),
    scanAuditChain: (chain, page) => reader.read((db) => scanAuditChain(db, chain, page)),
    auditHeads: () => reader.read(readHeads),
    auditCheckpoints: (chain, page) => reader.read((db) => auditCheckpoints(db, chain, page)),
    async eraseUser(userId, act) {
      let events = 0;
      let at: ErasePosition | undefined;
      do {
        const erased = await writer.act('erasePersonal', userId, at, act);
        events += erased.events;
        at = erased.next;
      } while (at !== undefined);
      return { events };
    },
    pruneAuditEvents: (time, act, limit) =>
      forget(
        limit,
        (db) => hasEventsBefore(db, storableTime(time, 'time')),
        () => writer.act('pruneAuditEvents', time, act, limit),
      ),
    recordProvenance: (provenance, act) => writer.act('recordProvenance', provenance, act),

    recordActivity: (counts, requests) => writer.act('recordActivity', counts, requests),
    listActivities: (range, limit) => listActivities(reader, range, limit),
    findRequests: (requestId, limit) => reader.read((db) => findRequests(db, requestId, limit)),
    listRequests: (filter, page) => listRequests(reader, filter, page),
    forgetActivity: (bounds, limit) =>
      forget(
        limit,
        (db) => hasActivityToForget(db, bounds),
        () => writer.act('forgetActivity', bounds, limit),
      ),

    async close() {
      reader.close();
      if (held.isOpen) held.close();
      await writer.close();
    },
    diagnostics: () => writer.diagnostics(),
  };
}

function withOwnAccount(password: NewPassword): NewPassword {
  return password.account === undefined
    ? password
    : { ...password, account: Uint8Array.from(password.account) };
}

/** A Buffer is often a view on a shared pool, and the whole pool would be copied to the writer's thread. */
function withOwnBytes<T extends { digest: Uint8Array; seal: Uint8Array }>(token: T): T {
  return { ...token, digest: Uint8Array.from(token.digest), seal: Uint8Array.from(token.seal) };
}
