import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CommandError, EXIT } from './exit-codes.ts';

/** Who is logged in where, in `credentials.json` of the platform's folder for settings: the folder 0700, the file 0600. */
export interface Credentials {
  /** The endpoint that commands use when none is named. */
  readonly selected?: string;
  readonly endpoints: Readonly<Record<string, { readonly email: string; readonly token: string }>>;
}

const FILE = 'credentials.json';

/** `GUARDBEE_CONFIG_DIR`, else the folder the platform has for this. */
export function configDirectory(env: Readonly<Record<string, string | undefined>>): string {
  if (env.GUARDBEE_CONFIG_DIR) return env.GUARDBEE_CONFIG_DIR;
  if (process.platform === 'win32' && env.APPDATA) return join(env.APPDATA, 'guardbee');
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'guardbee');
}

export function readCredentials(directory: string): Credentials {
  const file = join(directory, FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { endpoints: {} };
    throw new CommandError(EXIT.failed, `Cannot read ${file}: ${(error as Error).message}`);
  }
  try {
    const parsed = JSON.parse(text) as Credentials;
    if (typeof parsed.endpoints !== 'object' || parsed.endpoints === null) throw new Error('no endpoints');
    return parsed;
  } catch {
    // The parser's message would quote the file, and with it a token.
    throw new CommandError(EXIT.failed, `${file} is damaged.`, { hint: 'Remove it and log in again.' });
  }
}

/** In whole or not at all: written beside and renamed. */
export function writeCredentials(directory: string, credentials: Credentials): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const draft = join(directory, `${FILE}.${randomBytes(4).toString('hex')}`);
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, `${JSON.stringify(credentials, undefined, 2)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, join(directory, FILE));
}
