import type { Config } from './config.ts';
import { ConfigError } from './config-sources.ts';
import type { DigestKeys } from './tokens/digest.ts';
import { type DigestKeysError, isExposed, loadDigestKeys, parseDigestKeys } from './tokens/digest-keys.ts';

/** What happened on the way to the keys, for whoever keeps a log. */
export interface KeysReport {
  created(file: string): void;
  exposed(file: string): void;
}

/**
 * The digest keys of an installation: from the environment, or from the file in the keys directory, which is made where
 * it is missing. Throws `ConfigError` or `DigestKeysError`, which never show a key.
 */
export function readServiceKeys(
  config: Pick<Config, 'digestKeys' | 'keysDir'>,
  report?: KeysReport,
): DigestKeys {
  if (config.digestKeys !== undefined) {
    try {
      return parseDigestKeys(config.digestKeys);
    } catch (error) {
      throw new ConfigError(
        `GUARDBEE_DIGEST_KEYS cannot be (hidden): ${(error as DigestKeysError).message}.`,
      );
    }
  }
  const { keys, created, file } = loadDigestKeys(config.keysDir);
  if (created) report?.created(file);
  if (isExposed(file)) report?.exposed(file);
  return keys;
}
