import { existsSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, inspectDataDirectory } from '@guardbee/server';
import { type Finding, fine, warning, wrong } from './finding.ts';

const [MB, GB] = [1_000_000, 1_000_000_000];

/** What can be seen on the machine of the service. Looks, and changes nothing; the service may be running. */
export function examineDataDirectory(config: Config): Finding[] {
  const { dataDir, keysDir, databaseUrl } = config;
  if (!existsSync(dataDir)) {
    const fix = 'Name it with --data-dir or GUARDBEE_DATA_DIR; guardbee serve makes it at the first start.';
    return [wrong('data directory', `${dataDir} is not there`, fix)];
  }
  const keyFile = join(keysDir, 'digest-keys');
  const hasKeys = config.digestKeys !== undefined || existsSync(keyFile);
  return [
    examineMode('data directory', dataDir, 0o700),
    examineSpace(dataDir),
    ...(existsSync(keysDir) ? [examineMode('keys directory', keysDir, 0o700)] : []),
    ...(existsSync(keyFile) ? [examineMode('key file', keyFile, 0o600)] : []),
    ...examineDatabase(config, databaseUrl, hasKeys),
  ];
}

function examineMode(about: string, path: string, wanted: number): Finding {
  const mode = statSync(path).mode & 0o777;
  if (process.platform === 'win32' || (mode & 0o077) === 0)
    return fine(about, `${path}, for its owner alone`);
  return wrong(
    about,
    `others of this machine can get at ${path} (mode ${mode.toString(8)})`,
    `chmod ${wanted.toString(8)} ${path}`,
  );
}

function examineSpace(folder: string): Finding {
  const { bavail, bsize, blocks } = statfsSync(folder);
  const free = bavail * bsize;
  const part = Math.round((100 * bavail) / blocks);
  const what = `${free < GB ? `${Math.round(free / MB)} MB` : `${(free / GB).toFixed(1)} GB`} free, ${part} %`;
  const fix =
    'Make room: without it nobody can log in, though tokens are still verified and logouts still count.';
  if (free < 100 * MB) return wrong('disk space', what, fix);
  return free < GB ? warning('disk space', what, fix) : fine('disk space', what);
}

function examineDatabase(config: Config, databaseUrl: string, hasKeys: boolean): Finding[] {
  if (!databaseUrl.startsWith('sqlite:')) {
    return [fine('database', 'not an SQLite file, so not looked at: /readyz of the service tells')];
  }
  const path = databaseUrl.slice('sqlite:'.length);
  if (!existsSync(path)) {
    const fix =
      'guardbee serve makes it. If it should be there: is this the right data directory? Else restore a backup.';
    return [wrong('database', `${path} is not there`, fix)];
  }
  try {
    const { schema, neededSchema, checkKeys } = inspectDataDirectory(config);
    const version =
      schema === neededSchema
        ? fine('schema', `${schema}, the newest`)
        : warning(
            'schema',
            `${schema}; this version works with ${neededSchema}`,
            'The next start brings it up.',
          );
    return [examineMode('database', path, 0o600), version, examineKeys(hasKeys, checkKeys)];
  } catch (error) {
    const fix = 'Keep the file for whoever can look into it, and restore the last backup.';
    return [wrong('database', (error as Error).message, fix)];
  }
}

function examineKeys(hasKeys: boolean, checkKeys: () => void): Finding {
  const fix = 'Put back the keys that belong to this database: with others every token would be refused.';
  if (!hasKeys) return wrong('keys', 'there are none', fix);
  try {
    checkKeys();
    return fine('keys', 'those that the database was written with');
  } catch (error) {
    return wrong('keys', (error as Error).message, fix);
  }
}
