import { verify } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Heads } from '../anchor/anchor-file.ts';
import { findOlder, type Older } from '../anchor/compare.ts';
import { auditPublicKey } from '../audit/signing-key.ts';
import type { Config } from '../config.ts';
import { readServiceKeys } from '../service-keys.ts';
import { type AuditHead, headText } from '../storage/audit-store.ts';
import { CHAIN } from '../storage/sqlite/chain-rows.ts';
import { withVerifiedDatabase } from '../storage/sqlite/verify-database.ts';
import { compareDigestKeys } from '../tokens/check-keys.ts';
import type { DigestKey, DigestKeys } from '../tokens/digest.ts';
import { MovingError } from './moving-error.ts';

/** What a database file holds. */
export interface BackupFacts {
  readonly users: number;
  readonly tokens: number;
  /** The last audit event, and when it was; 0 and null for a database without any. */
  readonly lastEvent: number;
  readonly time: number | null;
  /** How it differs from the anchor, when it is older. */
  readonly older: Older | undefined;
}

/**
 * Looks through a whole database file: its pages, the signed end of its audit chain, the digest keys it was written with,
 * and the anchor. Rejects with `StoreUnusable`, `DigestKeysError` or `MovingError`.
 */
export function checkBackup(path: string, keys: DigestKeys, heads: Heads | undefined): Promise<BackupFacts> {
  return withVerifiedDatabase(path, async ({ users, tokens, digestKeys, chains }) => {
    compareDigestKeys(digestKeys, keys);
    let [lastEvent, time]: [number, number | null] = [0, null];
    for (const head of await chains.auditHeads()) {
      const key = keys.find(({ id }) => id === head.keyId);
      // A chain that came along from another database goes on no more: its key may have been taken away since.
      const isAtRest = head.chain !== CHAIN && key === undefined;
      if (!isAtRest && (key === undefined || !isSignedWith(key, head))) {
        throw new MovingError(
          `${path}: the end of the audit chain "${head.chain}" is not signed with the keys here.`,
        );
      }
      const [last] = await chains.scanAuditChain(head.chain, { after: head.n - 1, limit: 1 });
      if (last === undefined || Buffer.compare(last.hash, head.hash) !== 0) {
        throw new MovingError(
          `${path}: the last event of the audit chain "${head.chain}" is not the one that was signed.`,
        );
      }
      lastEvent += head.n;
      time = Math.max(time ?? 0, head.time);
    }
    const older = heads === undefined ? undefined : await findOlder(chains, heads);
    return { users, tokens, lastEvent, time, older };
  });
}

function isSignedWith(key: DigestKey, head: AuditHead): boolean {
  return verify(null, Buffer.from(headText(head)), auditPublicKey(key), head.signature);
}

/** The keys of the service. Other than at a start none are made: with new ones no backup could be read. */
export function readExistingKeys(config: Pick<Config, 'digestKeys' | 'keysDir' | 'databaseUrl'>): DigestKeys {
  if (config.digestKeys === undefined && !existsSync(join(config.keysDir, 'digest-keys'))) {
    throw new MovingError(
      `There are no digest keys in ${config.keysDir}: put those back first that belong to the database (GUARDBEE_KEYS_DIR).`,
    );
  }
  return readServiceKeys(config);
}

/** The file of an SQLite database. Throws `MovingError` for PostgreSQL, with what to do instead. */
export function sqlitePath({ databaseUrl }: Pick<Config, 'databaseUrl'>): string {
  if (databaseUrl.startsWith('sqlite:')) return databaseUrl.slice('sqlite:'.length);
  throw new MovingError(
    'A PostgreSQL database is saved and restored with its own tools: pg_dump and pg_restore, or an archive of its log for ' +
      'a point in time (PITR). See docs/backup-and-restore.md.',
  );
}
