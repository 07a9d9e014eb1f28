import { UsersApi } from 'giantswarm';
import { allPages } from './all-pages.ts';
import { type ConnectionOptions, callOptions, connectAsUser } from './connection.ts';
import type { Io } from './io.ts';
import type { UserDirectory } from './user-directory.ts';

/** The users of a service, through its API. */
export async function onlineUsers(options: ConnectionOptions, io: Io): Promise<UserDirectory> {
  const { client, call } = await connectAsUser(options, io);
  const api = new UsersApi(client);
  return {
    list: () => call(allPages((page) => api.getUsersWithHttpInfo({ ...callOptions('users-list'), ...page }))),
    show: (email) => call(api.getUser(email, callOptions('users-show'))),
    async create({ email, passwordBase64, expiry, admin }) {
      const body = expiry === undefined ? { password: passwordBase64 } : { password: passwordBase64, expiry };
      await call(api.createUser(email, body, callOptions('users-create')));
      if (admin) await call(api.modifyUser(email, { admin: true }, callOptions('users-create')));
    },
    async setPassword(email, newPassword, askCurrent) {
      const own = (await call(api.getCurrentUser(callOptions('users-set-password')))).email;
      const isOwn = own?.toLowerCase() === email.toLowerCase();
      const body = {
        new_password_base64: newPassword,
        ...(isOwn ? { current_password_base64: await askCurrent() } : {}),
      };
      await call(api.modifyPassword(email, body, callOptions('users-set-password')));
    },
    modify: (email, change) => call(api.modifyUser(email, change, callOptions('users-modify'))),
    async remove(email) {
      await call(api.deleteUser(email, callOptions('users-delete')));
    },
    async erase(email) {
      await call(api.deleteUser(email, { ...callOptions('users-erase'), erase: true }));
    },
    async unlock(email) {
      await call(api.unlockUser(email, callOptions('users-unlock')));
    },
    async close() {},
  };
}
