import { DatabaseSync } from 'node:sqlite';
import type { AuditStore } from '../audit-store.ts';
import { type DigestKeyFingerprint, StoreUnusable } from '../store.ts';
import { scanAuditChain } from './audit-reads.ts';
import { readHeads } from './audit-rows.ts';
import { readDigestKeys } from './key-acts.ts';
import { examine, whyNot } from './prepare-database.ts';

/** What a backup says of itself. */
export interface DatabaseFacts {
  readonly users: number;
  readonly tokens: number;
  readonly digestKeys: readonly DigestKeyFingerprint[];
  readonly chains: Pick<AuditStore, 'auditHeads' | 'scanAuditChain'>;
}

/**
 * Looks through every page and index of a database that nobody writes to, and lets `work` ask it. Throws `StoreUnusable`
 * when it is damaged, not ours, or newer than this version.
 */
export async function withVerifiedDatabase<T>(
  path: string,
  work: (facts: DatabaseFacts) => Promise<T>,
): Promise<T> {
  let db: DatabaseSync | undefined;
  try {
    const version = examine(path);
    if (version < 3) {
      throw new StoreUnusable(`${path} is of a Guardbee before the audit trail: start that one on it first`);
    }
    db = new DatabaseSync(path, { readOnly: true, timeout: 3_000 });
    verifyPages(db, path);
  } catch (error) {
    db?.close();
    throw whyNot(error, path);
  }
  const open = db;
  try {
    return await work({
      users: count(open, 'users'),
      tokens: count(open, 'tokens'),
      digestKeys: readDigestKeys(open),
      chains: {
        auditHeads: async () => readHeads(open),
        scanAuditChain: async (chain, page) => scanAuditChain(open, chain, page),
      },
    });
  } finally {
    open.close();
  }
}

function verifyPages(db: DatabaseSync, path: string): void {
  const verdict = db.prepare('PRAGMA integrity_check(1)').get()?.integrity_check;
  if (verdict !== 'ok') throw new StoreUnusable(`${path} is damaged: ${verdict}`);
  const orphan = db.prepare('PRAGMA foreign_key_check').get();
  if (orphan !== undefined)
    throw new StoreUnusable(`${path} is damaged: a row of ${orphan.table} has lost its owner`);
}

function count(db: DatabaseSync, table: 'users' | 'tokens'): number {
  return Number(db.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.rows);
}
