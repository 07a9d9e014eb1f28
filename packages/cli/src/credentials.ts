import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CommandError, EXIT } from './exit-codes.ts';

/** Who is logged in where, in `credentials.json` of the platform's folder for settings: the folder 0700, the file 0600. */
export interface Credentials {
  /** The endpoint that commands use when none is named. */
  readonly selected?: string | undefined;
  /** By their addresses, like `https://login.example.com`. */
  readonly endpoints: Readonly<Record<string, KnownEndpoint>>;
}

export interface KnownEndpoint {
  /** A short name: the installation's, as it says itself. */
  readonly alias?: string | undefined;
  /** The account that commands use there when none is named. */
  readonly account?: string | undefined;
  /** Everybody who is logged in there from here, by e-mail. */
  readonly accounts: Readonly<Record<string, KnownAccount>>;
}

export interface KnownAccount {
  /** Absent: it is in the system's keyring. */
  readonly token?: string | undefined;
  readonly inKeyring?: true | undefined;
  /** It came from gsctl, which goes on using it. */
  readonly imported?: true | undefined;
  /** Whether it was an administrator when it logged in: then there is more to suggest. */
  readonly admin?: boolean | undefined;
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
    for (const { accounts } of Object.values(parsed.endpoints)) Object.keys(accounts);
    return parsed;
  } catch {
    // The parser's message would quote the file, and with it a token.
    throw new CommandError(EXIT.failed, `${file} is damaged.`, { hint: 'Remove it and log in again.' });
  }
}

/**
 * Reads, changes and writes them, one command at a time: two logins at once both count. Throws `CommandError` where they can't be
 * written.
 */
export function updateCredentials(directory: string, change: (now: Credentials) => Credentials): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const unlock = lock(directory);
    try {
      write(directory, change(readCredentials(directory)));
    } finally {
      unlock();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new CommandError(
      EXIT.failed,
      `Cannot write ${join(directory, FILE)}: ${(error as Error).message}`,
      {
        hint: 'GUARDBEE_CONFIG_DIR names another folder.',
        cause: error,
      },
    );
  }
}

/** In whole or not at all: written beside and renamed. */
function write(directory: string, credentials: Credentials): void {
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

const LOCK_LASTS_MS = 5_000;
const pause = new Int32Array(new SharedArrayBuffer(4));

/** A lock file, held for a moment; one that is older was left behind by a command that was killed. */
function lock(directory: string): () => void {
  const file = join(directory, `${FILE}.lock`);
  for (;;) {
    try {
      closeSync(openSync(file, 'wx', 0o600));
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
    if (Date.now() - made > LOCK_LASTS_MS) rmSync(file, { force: true });
    else Atomics.wait(pause, 0, 0, 10);
  }
}
