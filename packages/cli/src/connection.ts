import { randomUUID } from 'node:crypto';
import { ApiClient, type ApiResponse, isApiError } from 'giantswarm';
import { stranger } from './ask-root.ts';
import { type Credentials, configDirectory, readCredentials } from './credentials.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { readToken } from './kept-token.ts';
import { accountOf, addressOf } from './known-endpoints.ts';
import { visible } from './visible.ts';
import { whyNoConnection } from './why-no-connection.ts';

const DEFAULT_ENDPOINT = 'http://127.0.0.1:8420';

export interface ConnectionOptions {
  /** An address or an alias. */
  readonly endpoint?: string;
  /** Of several accounts there, this one's e-mail. */
  readonly account?: string;
}

/** A service to talk to, and as whom. */
export interface Connection {
  readonly endpoint: string;
  readonly client: ApiClient;
  /** Undefined: nobody is logged in there. */
  readonly token: string | undefined;
  /** Whose token it is, where it was kept here. */
  readonly account: string | undefined;
  /** Why there is no token, though somebody is logged in: the keyring doesn't give it. */
  readonly withheld: unknown;
  /** Waits for a call, and turns what the client throws into what a person can use. */
  call<T>(work: Promise<T>): Promise<T>;
}

/** The endpoint of a command: flag, then environment, then the selected one, then this machine's. */
export function endpointOf(options: ConnectionOptions, io: Io, credentials: Credentials): string {
  const fromEnvironment = io.env.GUARDBEE_ENDPOINT || io.env.GSCTL_ENDPOINT || undefined;
  return addressOf(
    options.endpoint ?? fromEnvironment ?? credentials.selected ?? DEFAULT_ENDPOINT,
    credentials,
  );
}

/** Whose token a command shows: the flag's account, then the environment's token, then the account in use. */
async function tokenOf(
  options: ConnectionOptions,
  io: Io,
  credentials: Credentials,
  endpoint: string,
): Promise<{
  readonly token?: string | undefined;
  readonly account?: string;
  readonly admin?: boolean | undefined;
  readonly withheld?: unknown;
}> {
  const known = credentials.endpoints[endpoint];
  const fromEnvironment = io.env.GUARDBEE_TOKEN || io.env.GSCTL_AUTH_TOKEN || undefined;
  if (options.account === undefined && fromEnvironment !== undefined) return { token: fromEnvironment };
  const kept = accountOf(known, options.account ?? known?.account);
  if (kept === undefined) return {};
  const whose = { account: kept.email, admin: kept.account.admin };
  try {
    return { ...whose, token: await readToken(endpoint, kept.email, kept.account, io) };
  } catch (error) {
    return { ...whose, withheld: error };
  }
}

/** Connects a command. */
export async function connect(options: ConnectionOptions, io: Io): Promise<Connection> {
  const credentials = readCredentials(configDirectory(io.env));
  const endpoint = endpointOf(options, io, credentials);
  const { token, account, admin, withheld } = await tokenOf(options, io, credentials, endpoint);
  const client = clientFor(endpoint, token, io);
  return {
    endpoint,
    client,
    token,
    account,
    withheld,
    call: (work) =>
      work.catch((error: unknown) => {
        throw explain(error, endpoint, admin);
      }),
  };
}

/** A client that says of every call which command makes it. */
export function clientFor(endpoint: string, token: string | undefined, { env, invocation }: Io): ApiClient {
  const client = new ApiClient();
  client.basePath = endpoint;
  const isQuiet = env.GUARDBEE_NO_CMDLINE !== undefined && !['', '0'].includes(env.GUARDBEE_NO_CMDLINE);
  client.defaultHeaders = {
    'User-Agent': invocation?.userAgent ?? 'guardbee',
    ...(invocation === undefined || isQuiet ? {} : { 'X-Giant-Swarm-CmdLine': invocation.commandLine }),
  };
  if (token !== undefined) {
    const key = client.authentications.AuthorizationHeaderToken;
    Object.assign(key, { apiKey: token, apiKeyPrefix: 'giantswarm' });
  }
  return client;
}

/** The same as `connect`, for commands that make no sense without being logged in. */
export async function connectAsUser(
  options: ConnectionOptions,
  io: Io,
): Promise<Connection & { token: string }> {
  const connection = await connect(options, io);
  const { token, endpoint, withheld } = connection;
  if (withheld !== undefined) throw withheld;
  if (token === undefined) {
    const whom = options.account === undefined ? '' : ` as ${options.account}`;
    throw new CommandError(EXIT.refused, `You are not logged in at ${endpoint}${whom}.`, {
      hint: `guardbee login ${options.account ?? 'EMAIL'}`,
    });
  }
  return { ...connection, token };
}

/** What every call says of itself: an id to find it again by, and what it is for. */
export function callOptions(activity: string): { xRequestID: string; xGiantSwarmActivity: string } {
  return { xRequestID: randomUUID(), xGiantSwarmActivity: activity };
}

/** Turns what the client throws into what a person can use. `mayTrace`: whether it is somebody who may ask for more. */
export function explain(error: unknown, endpoint: string, mayTrace = false): unknown {
  if (isApiError(error)) {
    const said = error.response.body?.message ?? error.message;
    const id = error.requestId === undefined ? '' : ` (request ${error.requestId})`;
    const exitCode =
      error.status === 401 ? EXIT.refused : error.status >= 500 ? EXIT.unreachable : EXIT.failed;
    // What the service refuses it has explained; there is more to find where it failed.
    const trace =
      mayTrace && error.status >= 500 && error.requestId !== undefined
        ? { hint: `guardbee trace ${error.requestId}` }
        : {};
    const wait = error.retryAfter === undefined ? trace : { hint: `again in ${error.retryAfter} s` };
    const again =
      error.code === 'PERMISSION_DENIED'
        ? { hint: 'guardbee login EMAIL, as somebody who may do this' }
        : wait;
    return new CommandError(exitCode, `${visible(String(said))}${id}`, { ...again, cause: error });
  }
  if (error instanceof SyntaxError)
    return new CommandError(
      EXIT.unreachable,
      `${endpoint} answers, but not as Guardbee does: with broken JSON`,
      {
        cause: error,
      },
    );
  const { code } = error as { code?: unknown };
  const isNetwork = error instanceof Error && !(error instanceof CommandError) && typeof code === 'string';
  if (!isNetwork) return error;
  if (code === 'ERR_UNEXPECTED_RESPONSE')
    return stranger(endpoint, (error as unknown as { response: ApiResponse }).response, error);
  return new CommandError(EXIT.unreachable, `${endpoint} cannot be reached: ${whyNoConnection(error)}`, {
    hint: 'Is the service running there? Name another one with --endpoint.',
    cause: error,
  });
}
