import { UsersApi } from 'giantswarm';
import { type ConnectionOptions, callOptions, connectAsUser } from '../connection.ts';
import type { Io } from '../io.ts';
import { showUser } from '../show-user.ts';
import type { TimeOptions } from '../times.ts';

export interface WhoamiOptions extends ConnectionOptions, TimeOptions {
  readonly json?: boolean;
}

/** Shows whom the token speaks for. */
export async function whoami(options: WhoamiOptions, io: Io): Promise<void> {
  const { endpoint, client, call } = await connectAsUser(options, io);
  const user = await call(new UsersApi(client).getCurrentUser(callOptions('whoami')));
  io.out(options.json ? JSON.stringify(user) : showUser(user, options, { endpoint }));
}
