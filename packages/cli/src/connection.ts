import { randomUUID } from 'node:crypto';
import { ApiClient, isApiError } from 'giantswarm';
import { configDirectory, readCredentials } from './credentials.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';

const DEFAULT_ENDPOINT = 'http://127.0.0.1:8420';

export interface ConnectionOptions {
  readonly endpoint?: string;
}

/** A service to talk to, and as whom. */
export interface Connection {
  readonly endpoint: string;
  readonly client: ApiClient;
  /** Undefined: nobody is logged in there. */
  readonly token: string | undefined;
}

/** The endpoint of a command: flag, then `GUARDBEE_ENDPOINT`, then the selected one, then this machine's. */
function resolveEndpoint(options: ConnectionOptions, io: Io): string {
  const { selected } = readCredentials(configDirectory(io.env));
  const given = options.endpoint ?? (io.env.GUARDBEE_ENDPOINT || undefined) ?? selected ?? DEFAULT_ENDPOINT;
  const text = /^https?:\/\//i.test(given) ? given : `https://${given}`;
  if (!URL.canParse(text)) throw new CommandError(EXIT.usage, `${JSON.stringify(given)} is not an endpoint.`);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new CommandError(EXIT.usage, 'An endpoint must not have a user or password in it.');
  }
  return url.origin;
}

/** Connects a command: the token is `GUARDBEE_TOKEN`, or the one that `guardbee login` kept for this endpoint. */
export function connect(options: ConnectionOptions, io: Io): Connection {
  const endpoint = resolveEndpoint(options, io);
  const kept = readCredentials(configDirectory(io.env)).endpoints[endpoint];
  const token = io.env.GUARDBEE_TOKEN || kept?.token;
  const client = new ApiClient();
  client.basePath = endpoint;
  if (token !== undefined) {
    const key = client.authentications.AuthorizationHeaderToken;
    if (key !== undefined) Object.assign(key, { apiKey: token, apiKeyPrefix: 'giantswarm' });
  }
  return { endpoint, client, token };
}

/** The same, for commands that make no sense without being logged in. */
export function connectAsUser(options: ConnectionOptions, io: Io): Connection {
  const connection = connect(options, io);
  if (connection.token === undefined) {
    throw new CommandError(EXIT.refused, `You are not logged in at ${connection.endpoint}.`, {
      hint: 'guardbee login EMAIL',
    });
  }
  return connection;
}

/** What every call says of itself: an id to find it again by, and what it is for. */
export function callOptions(activity: string): { xRequestID: string; xGiantSwarmActivity: string } {
  return { xRequestID: randomUUID(), xGiantSwarmActivity: activity };
}

/** Turns what the client throws into what a person can use. */
export function explain(error: unknown, endpoint: string): unknown {
  if (isApiError(error)) {
    const said = error.response.body?.message ?? error.message;
    const id = error.requestId === undefined ? '' : ` (request ${error.requestId})`;
    const exitCode =
      error.status === 401 ? EXIT.refused : error.status >= 500 ? EXIT.unreachable : EXIT.failed;
    const wait = error.retryAfter === undefined ? {} : { hint: `Try again in ${error.retryAfter} s.` };
    const again =
      error.code === 'PERMISSION_DENIED'
        ? { hint: 'guardbee login EMAIL, as somebody who may do this' }
        : wait;
    return new CommandError(exitCode, `${said}${id}`, { ...again, cause: error });
  }
  const code = (error as { code?: unknown }).code;
  const isNetwork = error instanceof Error && !(error instanceof CommandError) && typeof code === 'string';
  if (!isNetwork) return error;
  return new CommandError(EXIT.unreachable, `${endpoint} cannot be reached: ${error.message}`, {
    hint: 'Is the service running there? Name another one with --endpoint.',
    cause: error,
  });
}
