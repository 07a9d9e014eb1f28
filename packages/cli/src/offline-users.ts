import { type Flags, openOffline, Refusal, readConfig } from '@guardbee/server';
import { CommandError, EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { UserDirectory } from './user-directory.ts';

/** The users in a data directory of this machine. Needs no login: whoever can write the files may. */
export async function offlineUsers(
  flags: Flags,
  io: Io,
  options: { mayMake: boolean },
): Promise<UserDirectory> {
  const offline = await openOffline(readConfig(io.env, flags), options);
  const call = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw error instanceof Refusal ? new CommandError(EXIT.failed, error.message) : error;
    });
  return {
    list: () => call(offline.list()),
    show: (email) => call(offline.get(email)),
    create: async (user) => void (await call(offline.create(user))),
    setPassword: (email, passwordBase64) => call(offline.setPassword(email, passwordBase64)),
    modify: (email, change) => call(offline.modify(email, change)),
    remove: (email) => call(offline.remove(email)),
    erase: (email) => call(offline.erase(email)),
    unlock: (email) => call(offline.unlock(email)),
    close: () => offline.close(),
  };
}
