import type { Config } from './config.ts';
import { readServiceKeys } from './service-keys.ts';
import { inspectDatabase } from './storage/sqlite/inspect-database.ts';
import { compareDigestKeys } from './tokens/check-keys.ts';

/** What `guardbee doctor --offline` wants to know of a data directory that a service can be started on. */
export interface Inspection {
  readonly schema: number;
  readonly neededSchema: number;
  /**
   * Whether the service's keys are those that the database was written with; reads them from where the service does.
   * Throws `DigestKeysError`, which says what is wrong and never shows a key.
   */
  checkKeys(): void;
}

/** Changes nothing. Only for SQLite. Throws `StoreUnusable` or `StoreUnavailable`. */
export function inspectDataDirectory(config: Config): Inspection {
  const { schema, neededSchema, digestKeys } = inspectDatabase(config.databaseUrl.slice('sqlite:'.length));
  return { schema, neededSchema, checkKeys: () => compareDigestKeys(digestKeys, readServiceKeys(config)) };
}
