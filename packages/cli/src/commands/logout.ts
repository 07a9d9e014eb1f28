import { type ConnectionOptions, connectAsUser, endpointOf, explain } from '../connection.ts';
import { configDirectory, readCredentials, updateCredentials } from '../credentials.ts';
import { endToken } from '../end-token.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { forgetToken, readToken } from '../kept-token.ts';
import { accountOf, withoutAccount } from '../known-endpoints.ts';

export interface LogoutOptions extends ConnectionOptions {
  readonly all?: boolean;
  readonly json?: boolean;
}

/** A session that is to end; `email` undefined: its token came from the environment and is not kept here. */
interface Session {
  readonly endpoint: string;
  readonly email: string | undefined;
  /** Rejects when a keyring doesn't give it. */
  readonly token: Promise<string | undefined> | string;
}

/** Ends the token at the service and forgets it here: the latter whatever the service says. */
export async function logout(options: LogoutOptions, io: Io): Promise<void> {
  if (options.all) return logoutEverywhere(options, io);
  const { endpoint, token, account } = await connectAsUser(options, io);
  const failure = await end({ endpoint, token, email: account }, io);
  if (failure !== undefined) throw notTold('The token is', failure, endpoint);
  io.out(options.json ? JSON.stringify({ endpoint }) : `Logged out at ${endpoint}.`);
}

/** All sessions that are kept here, or all at the endpoint that is named. */
async function logoutEverywhere(options: LogoutOptions, io: Io): Promise<void> {
  const credentials = readCredentials(configDirectory(io.env));
  const only = options.endpoint === undefined ? undefined : endpointOf(options, io, credentials);
  const sessions = Object.entries(credentials.endpoints)
    .filter(([endpoint]) => only === undefined || endpoint === only)
    .flatMap(([endpoint, { accounts }]) =>
      Object.entries(accounts).map(
        ([email, account]): Session => ({ endpoint, email, token: readToken(endpoint, email, account, io) }),
      ),
    );
  const failures = await Promise.all(sessions.map((session) => end(session, io)));
  const untold = sessions.flatMap(({ endpoint }, index) => (failures[index] === undefined ? [] : [endpoint]));
  const count = sessions.length - untold.length;
  if (options.json) io.out(JSON.stringify({ count, untold }));
  else io.out(`Ended ${count} ${count === 1 ? 'session' : 'sessions'}.`);
  const first = failures.find((failure) => failure !== undefined);
  if (first !== undefined) throw notTold('All tokens are', first, String(untold[0]));
}

/** Answers what went wrong. */
async function end({ endpoint, email, token }: Session, io: Io): Promise<unknown> {
  const failure = await endToken(endpoint, token, 'logout', io);
  if (email !== undefined) {
    const directory = configDirectory(io.env);
    const kept = accountOf(readCredentials(directory).endpoints[endpoint], email)?.account;
    updateCredentials(directory, (now) => withoutAccount(now, endpoint, email));
    if (kept !== undefined) await forgetToken(endpoint, email, kept, io);
  }
  return failure;
}

function notTold(what: string, failure: unknown, endpoint: string): CommandError {
  const cause = explain(failure, endpoint);
  return new CommandError(
    cause instanceof CommandError ? cause.exitCode : EXIT.failed,
    `${what} forgotten here, but the service could not end it: ${(cause as Error).message}`,
    {
      hint: 'It may still be accepted until the service is told: log in again and end your other tokens.',
      cause,
    },
  );
}
