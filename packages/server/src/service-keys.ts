import { statSync } from 'node:fs';
import type { Config } from './config.ts';
import type { DigestKeys } from './tokens/digest.ts';
import { DigestKeysError, digestKeysFile, isExposed, loadDigestKeys } from './tokens/digest-keys.ts';

/** What happened on the way to the keys, for whoever keeps a log. */
export interface KeysReport {
  created(file: string): void;
  exposed(file: string): void;
}

/**
 * The digest keys of an installation: from the environment, or from the file in the keys directory, which is made where
 * it is missing and there is no database yet. Throws `DigestKeysError`, which never shows a key.
 */
export function readServiceKeys(
  config: Pick<Config, 'digestKeys' | 'keysDir' | 'databaseUrl'>,
  report?: KeysReport,
): DigestKeys {
  if (config.digestKeys !== undefined) return config.digestKeys;
  refuseLostKeys(config);
  const { keys, created, file } = loadDigestKeys(config.keysDir);
  if (created) report?.created(file);
  if (isExposed(file)) report?.exposed(file);
  return keys;
}

/** With a new key beside a database that has others every token would be dead; and somebody would keep it as the right one. */
function refuseLostKeys({ databaseUrl, keysDir }: Pick<Config, 'databaseUrl' | 'keysDir'>): void {
  if (!databaseUrl.startsWith('sqlite:')) return;
  const path = databaseUrl.slice('sqlite:'.length);
  const file = digestKeysFile(keysDir);
  // In this order: a start that makes both at this moment makes the keys first.
  if (!isThere(path) || isThere(file)) return;
  throw new DigestKeysError(
    `the digest keys are missing: there is no file ${file}, but a database ${path}. Put back the file that belongs to it, or name ` +
      'its folder (GUARDBEE_KEYS_DIR). If it is lost for good, put a new key there under a new name, and retire the old one: ' +
      'see docs/backup-and-restore.md',
  );
}

function isThere(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
