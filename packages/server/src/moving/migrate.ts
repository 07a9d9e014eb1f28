import { readAnchoredHeads } from '../anchor/anchor-file.ts';
import { findOlder } from '../anchor/compare.ts';
import { auditSigner } from '../audit/signing-key.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { AuditSigner } from '../storage/audit-store.ts';
import {
  type Moved,
  type MoveProgress,
  type MoveSource,
  type MoveTarget,
  moveDatabase,
} from '../storage/move/move-database.ts';
import { openStore } from '../storage/open-store.ts';
import { checkDigestKeys } from '../tokens/check-keys.ts';
import { readExistingKeys } from './check-backup.ts';
import { MovingError } from './moving-error.ts';

const isPostgres = (url: string): boolean => /^postgres(ql)?:\/\/./.test(url);

/**
 * Moves the database of `config` to another one, of the other engine or the same. Tokens keep working with the same digest
 * keys. Services on it may run: they go on verifying and answer writes with 503 until everything is there; from then on they
 * answer 503 to everything, and are to be started anew on the target. When it fails nothing has happened, and when it was cut off
 * the same call once more ends it.
 *
 * Rejects with `MovingError`, `StoreUnusable`, `StoreUnavailable` or `DigestKeysError`.
 */
export async function migrateTo(config: Config, targetUrl: string, progress: MoveProgress): Promise<Moved> {
  const keys = readExistingKeys(config);
  if (!isPostgres(targetUrl) && !/^sqlite:./.test(targetUrl)) {
    throw new MovingError('A move goes to sqlite:PATH or postgres://USER@HOST:PORT/DATABASE.');
  }
  if (targetUrl === config.databaseUrl) throw new MovingError('That is where the database is.');
  const target = await openTarget(targetUrl);
  let moved: Moved;
  let from: MoveSource['engine'];
  try {
    const source = await openSource(config.databaseUrl);
    try {
      from = source.engine;
      if (source.left === undefined) await refuseUnsettled(config, auditSigner(keys));
      moved = await moveDatabase(source, target, progress);
    } finally {
      await source.close();
    }
  } finally {
    await target.close();
  }
  const store = await openStore(targetUrl, { signer: auditSigner(keys) });
  try {
    const now = systemClock().now();
    await checkDigestKeys(store, keys, now);
    await store.recordProvenance({ how: 'moved', from }, { time: now, actor: null, requestId: null });
  } finally {
    await store.close();
  }
  return moved;
}

async function openSource(url: string): Promise<MoveSource> {
  if (isPostgres(url)) return (await import('../storage/postgres/move-source.ts')).openPostgresSource(url);
  return (await import('../storage/sqlite/move-source.ts')).openSqliteSource(url.slice('sqlite:'.length));
}

async function openTarget(url: string): Promise<MoveTarget> {
  if (isPostgres(url)) return (await import('../storage/postgres/move-target.ts')).openPostgresTarget(url);
  return (await import('../storage/sqlite/move-target.ts')).openSqliteTarget(url.slice('sqlite:'.length));
}

/** A restored backup would be carried past its anchor: the new place has another one. */
async function refuseUnsettled({ anchorFile, databaseUrl }: Config, signer: AuditSigner): Promise<void> {
  const heads = readAnchoredHeads(anchorFile);
  if (heads === undefined) return;
  const store = await openStore(databaseUrl, { signer });
  try {
    if ((await findOlder(store, heads)) === undefined) return;
    throw new MovingError(
      `The database is older than its anchor ${anchorFile}: start the service on it with --after-restore first.`,
    );
  } finally {
    await store.close();
  }
}
