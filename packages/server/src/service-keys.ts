import type { Config } from './config.ts';
import type { DigestKeys } from './tokens/digest.ts';
import { isExposed, loadDigestKeys } from './tokens/digest-keys.ts';

/** What happened on the way to the keys, for whoever keeps a log. */
export interface KeysReport {
  created(file: string): void;
  exposed(file: string): void;
}

/**
 * The digest keys of an installation: from the environment, or from the file in the keys directory, which is made where
 * it is missing. Throws `DigestKeysError`, which never shows a key.
 */
export function readServiceKeys(
  config: Pick<Config, 'digestKeys' | 'keysDir'>,
  report?: KeysReport,
): DigestKeys {
  if (config.digestKeys !== undefined) return config.digestKeys;
  const { keys, created, file } = loadDigestKeys(config.keysDir);
  if (created) report?.created(file);
  if (isExposed(file)) report?.exposed(file);
  return keys;
}
