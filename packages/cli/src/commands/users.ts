import { CommandError, EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { offlineUsers } from '../offline-users.ts';
import { onlineUsers } from '../online-users.ts';
import { type PasswordOptions, readNewPassword, readPassword, toBase64 } from '../password-input.ts';
import { showUser, showUsers } from '../show-user.ts';
import { NEVER, showTime, type TimeOptions } from '../times.ts';
import type { UserDirectory } from '../user-directory.ts';
import { visible } from '../visible.ts';

/** What all users' commands take. */
export interface UsersOptions extends TimeOptions {
  readonly endpoint?: string;
  readonly account?: string;
  readonly offline?: boolean;
  readonly dataDir?: string;
  readonly json?: boolean;
}

export function listUsers(options: UsersOptions, io: Io): Promise<void> {
  return inDirectory(options, io, async (users) => {
    const all = await users.list();
    io.out(options.json ? JSON.stringify(all) : showUsers(all, options));
  });
}

export function showOneUser(options: UsersOptions & { email: string }, io: Io): Promise<void> {
  return inDirectory(options, io, async (users) => {
    const user = await users.show(options.email);
    io.out(options.json ? JSON.stringify(user) : showUser(user, options));
  });
}

export function createUser(
  options: UsersOptions & PasswordOptions & { email: string; expiry?: string; admin?: boolean },
  io: Io,
): Promise<void> {
  const create = async (users: UserDirectory): Promise<void> => {
    const { email, expiry, admin = false } = options;
    const password = await readNewPassword(options, io, `Password for ${email}`);
    await users.create({ email, passwordBase64: toBase64(password), expiry, admin });
    say(options, io, { email, admin }, `Created ${admin ? 'administrator' : 'user'} ${email}.`);
  };
  // The first administrator may be made before the service has ever run.
  return inDirectory(options, io, create, { mayMake: true });
}

export function deleteUser(options: UsersOptions & { email: string }, io: Io): Promise<void> {
  return inDirectory(options, io, async (users) => {
    await users.remove(options.email);
    say(options, io, { email: options.email }, `Deleted ${options.email} and ended all tokens of this user.`);
  });
}

export function unlockUser(options: UsersOptions & { email: string }, io: Io): Promise<void> {
  return inDirectory(options, io, async (users) => {
    await users.unlock(options.email);
    say(options, io, { email: options.email }, `${options.email} may try to log in again from anywhere.`);
  });
}

/** There is no way back, so the e-mail has to be typed once more. */
export async function eraseUser(
  options: UsersOptions & { email: string; yes?: boolean },
  io: Io,
): Promise<void> {
  const { email, yes = false } = options;
  if (!yes) {
    io.err(
      `This deletes ${visible(email)} and removes e-mail, addresses and names from the audit trail, for good.`,
    );
    const typed = await io.ask('Type the e-mail to go on', {
      what: 'confirmation',
      hint: 'With --yes nothing is asked.',
    });
    if (typed !== email) throw new CommandError(EXIT.usage, 'That is another one; nothing was done.');
  }
  await inDirectory(options, io, async (users) => {
    await users.erase(email);
    say(options, io, { email }, `Erased ${email}. The audit trail can still be verified.`);
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
    // In the service's words: a time may be typed in another zone.
    const { expiry } = await users.modify(email, { expiry: options.expiry });
    const text = expiry === NEVER ? 'never expires' : `expires ${showTime(expiry, options)}`;
    say(options, io, { email, expiry }, `${email} ${text}.`);
  });
}

/** Disabling ends all tokens of the account; enabling brings none of them back. */
export function setDisabled(
  options: UsersOptions & { email: string; disabled: boolean },
  io: Io,
): Promise<void> {
  const { email, disabled } = options;
  return inDirectory(options, io, async (users) => {
    await users.modify(email, { disabled });
    const done = disabled
      ? `Disabled ${email} and ended all tokens of this user.`
      : `${email} may log in again. Tokens that ended stay ended.`;
    say(options, io, { email, disabled }, done);
  });
}

export function setRole(
  options: UsersOptions & { email: string; role: 'administrator' | 'user' },
  io: Io,
): Promise<void> {
  const { email, role } = options;
  const admin = role === 'administrator';
  return inDirectory(options, io, async (users) => {
    await users.modify(email, { admin });
    say(options, io, { email, admin }, `${email} is ${admin ? 'an administrator' : 'a user'} now.`);
  });
}

export function setGroups(
  options: UsersOptions & { email: string; groups: string[] },
  io: Io,
): Promise<void> {
  const { email, groups } = options;
  return inDirectory(options, io, async (users) => {
    await users.modify(email, { groups });
    const text = groups.length === 0 ? 'in no group' : `in ${groups.map(visible).join(', ')}`;
    say(options, io, { email, groups }, `${email} is ${text} now.`);
  });
}

async function inDirectory(
  options: UsersOptions,
  io: Io,
  work: (users: UserDirectory) => Promise<void>,
  { mayMake } = { mayMake: false },
): Promise<void> {
  if (options.dataDir !== undefined && !options.offline) {
    throw new CommandError(EXIT.usage, '--data-dir goes with --offline.');
  }
  const { dataDir } = options;
  const users = options.offline
    ? await offlineUsers(dataDir === undefined ? {} : { dataDir }, io, { mayMake })
    : await onlineUsers(options, io);
  try {
    await work(users);
  } finally {
    await users.close();
  }
}

function say(options: UsersOptions, io: Io, json: object, text: string): void {
  io.out(options.json ? JSON.stringify(json) : text);
}
