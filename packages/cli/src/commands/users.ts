import { CommandError, EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { offlineUsers } from '../offline-users.ts';
import { onlineUsers } from '../online-users.ts';
import { type PasswordOptions, readNewPassword, readPassword, toBase64 } from '../password-input.ts';
import { showUser, showUsers } from '../show-user.ts';
import type { UserDirectory } from '../user-directory.ts';

/** What all users' commands take. */
export interface UsersOptions {
  readonly endpoint?: string;
  readonly offline?: boolean;
  readonly dataDir?: string;
  readonly json?: boolean;
}

const NEVER = '0001-01-01T00:00:00Z';

export function listUsers(options: UsersOptions, io: Io): Promise<void> {
  return inDirectory(options, io, async (users) => {
    const all = await users.list();
    io.out(options.json ? JSON.stringify(all) : showUsers(all));
  });
}

export function showOneUser(options: UsersOptions & { email: string }, io: Io): Promise<void> {
  return inDirectory(options, io, async (users) => {
    const user = await users.show(options.email);
    io.out(options.json ? JSON.stringify(user) : showUser(user));
  });
}

export function createUser(
  options: UsersOptions & PasswordOptions & { email: string; expiry?: string; admin?: boolean },
  io: Io,
): Promise<void> {
  return inDirectory(options, io, async (users) => {
    const { email, admin = false } = options;
    const expiry = options.expiry === undefined ? undefined : expiryOf(options.expiry);
    const password = await readNewPassword(options, io, `Password for ${email}`);
    await users.create({ email, passwordBase64: toBase64(password), expiry, admin });
    say(options, io, { email, admin }, `Created ${admin ? 'administrator' : 'user'} ${email}.`);
  });
}

export function deleteUser(options: UsersOptions & { email: string }, io: Io): Promise<void> {
  return inDirectory(options, io, async (users) => {
    await users.remove(options.email);
    say(options, io, { email: options.email }, `Deleted ${options.email} and ended all tokens of this user.`);
  });
}

export function setPassword(
  options: UsersOptions & PasswordOptions & { email: string },
  io: Io,
): Promise<void> {
  return inDirectory(options, io, async (users) => {
    const { email } = options;
    const password = await readNewPassword(options, io, `New password for ${email}`);
    const askCurrent = async () => toBase64(await readPassword({}, io, 'Your current password'));
    await users.setPassword(email, toBase64(password), askCurrent);
    say(options, io, { email }, `Changed the password of ${email}; other tokens of this user have ended.`);
  });
}

export function setExpiry(options: UsersOptions & { email: string; expiry: string }, io: Io): Promise<void> {
  return inDirectory(options, io, async (users) => {
    const { email } = options;
    const expiry = expiryOf(options.expiry);
    await users.setExpiry(email, expiry);
    say(
      options,
      io,
      { email, expiry },
      `${email} ${expiry === NEVER ? 'never expires' : `expires ${expiry}`}.`,
    );
  });
}

async function inDirectory(
  options: UsersOptions,
  io: Io,
  work: (users: UserDirectory) => Promise<void>,
): Promise<void> {
  if (options.dataDir !== undefined && !options.offline) {
    throw new CommandError(EXIT.usage, '--data-dir goes with --offline.');
  }
  const { dataDir } = options;
  const users = options.offline
    ? await offlineUsers(dataDir === undefined ? {} : { dataDir }, io)
    : onlineUsers(options, io);
  try {
    await work(users);
  } finally {
    await users.close();
  }
}

/** `never`, or whatever the service understands. */
function expiryOf(text: string): string {
  return text === 'never' ? NEVER : text;
}

function say(options: UsersOptions, io: Io, json: object, text: string): void {
  io.out(options.json ? JSON.stringify(json) : text);
}
