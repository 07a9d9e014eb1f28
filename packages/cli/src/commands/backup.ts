import { type Backup, backUp, readConfig } from '@guardbee/server';
import type { Io } from '../io.ts';
import { showPart, whyNotMoved } from '../moving-io.ts';

export interface BackupOptions {
  readonly file: string;
  readonly dataDir?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Saves the database of this machine into one file, while the service goes on. */
export async function saveBackup(
  { file, dataDir, force = false, json }: BackupOptions,
  io: Io,
): Promise<void> {
  const config = readConfig(io.env, dataDir === undefined ? {} : { dataDir });
  let saved: Backup;
  try {
    saved = await backUp(config, file, { overwrite: force, progress: showPart('copying', io) });
  } catch (error) {
    throw whyNotMoved(error, force ? undefined : `guardbee backup ${file} --force   replaces a file`);
  } finally {
    io.progress(undefined);
  }
  const { bytes, users, tokens, lastEvent, time } = saved;
  const at = time === null ? null : new Date(time).toISOString();
  if (json) {
    io.out(JSON.stringify({ file, bytes, users, tokens, last_event: lastEvent, time: at }));
    return;
  }
  io.out(
    `Saved ${file}: ${users} users, ${tokens} tokens, up to audit event ${lastEvent}; looked through and whole.`,
  );
  const keys = config.digestKeys === undefined ? `in ${config.keysDir}` : 'of GUARDBEE_DIGEST_KEYS';
  io.out(`The keys ${keys} are not in it: keep them too, in another place.`);
}
