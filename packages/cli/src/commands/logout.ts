import { AuthTokensApi, isApiError } from 'giantswarm';
import { type ConnectionOptions, callOptions, connectAsUser, explain } from '../connection.ts';
import { configDirectory, readCredentials, writeCredentials } from '../credentials.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';

export interface LogoutOptions extends ConnectionOptions {
  readonly json?: boolean;
}

/** Ends the token at the service and forgets it here: the latter whatever the service says. */
export async function logout(options: LogoutOptions, io: Io): Promise<void> {
  const { endpoint, client } = connectAsUser(options, io);
  const failure = await new AuthTokensApi(client).deleteAuthToken(callOptions('logout')).then(
    () => undefined,
    (error: unknown) => error,
  );
  forget(endpoint, io);
  // 401: the token had ended before, which is what was wanted.
  if (failure !== undefined && !(isApiError(failure) && failure.status === 401)) {
    const cause = explain(failure, endpoint);
    const exitCode = cause instanceof CommandError ? cause.exitCode : EXIT.failed;
    throw new CommandError(
      exitCode,
      `The token is forgotten here, but the service could not end it: ${(cause as Error).message}`,
      {
        hint: 'It may still be accepted until the service is told: log in again and end your other tokens.',
        cause,
      },
    );
  }
  if (options.json) io.out(JSON.stringify({ endpoint }));
  else io.out(`Logged out at ${endpoint}.`);
}

function forget(endpoint: string, io: Io): void {
  const directory = configDirectory(io.env);
  const { endpoints, ...rest } = readCredentials(directory);
  if (!(endpoint in endpoints)) return;
  const { [endpoint]: _forgotten, ...others } = endpoints;
  writeCredentials(directory, { ...rest, endpoints: others });
}
