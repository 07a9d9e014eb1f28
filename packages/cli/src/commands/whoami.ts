import { UsersApi } from 'giantswarm';
import { type ConnectionOptions, callOptions, connectAsUser, explain } from '../connection.ts';
import type { Io } from '../io.ts';
import { showUser } from '../show-user.ts';

export interface WhoamiOptions extends ConnectionOptions {
  readonly json?: boolean;
}

/** Shows whom the token speaks for. */
export async function whoami(options: WhoamiOptions, io: Io): Promise<void> {
  const { endpoint, client } = connectAsUser(options, io);
  const user = await new UsersApi(client).getCurrentUser(callOptions('whoami')).catch((error: unknown) => {
    throw explain(error, endpoint);
  });
  io.out(options.json ? JSON.stringify(user) : showUser(user, { endpoint }));
}
