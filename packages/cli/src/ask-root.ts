import type { ApiClient, ApiResponse, WithHttpInfo } from 'giantswarm';
import type { callOptions } from './connection.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { getJson } from './get-json.ts';
import { visible } from './visible.ts';

/**
 * `GET /`, where a Guardbee says its name. Rejects with `CommandError` when somebody else answers, who may say 200 to
 * everything.
 */
export async function askRoot(
  client: ApiClient,
  options: ReturnType<typeof callOptions>,
): Promise<WithHttpInfo<unknown>> {
  let reply: WithHttpInfo<unknown>;
  try {
    reply = await getJson(client, '/', options);
  } catch (error) {
    const { response } = error as { response?: ApiResponse };
    // A proxy without its service; or a network that has no answer.
    if (response === undefined || response.status >= 500) throw error;
    throw stranger(client.basePath, response, error);
  }
  const { name } = (reply.data ?? {}) as { name?: unknown };
  if (name !== 'guardbee') throw stranger(client.basePath, reply.response);
  return reply;
}

/** For an answer that a Guardbee does not give: what is known of who gave it. */
export function stranger(endpoint: string, response: ApiResponse, cause?: unknown): CommandError {
  const { status, type } = response;
  const [server, location] = [response.get('server'), response.get('location')];
  const what = [
    `${status} with ${type || 'nothing'}`,
    ...(server === undefined ? [] : [`from ${visible(server)}`]),
    ...(location === undefined ? [] : [`that leads to ${visible(location)}`]),
  ].join(' ');
  return new CommandError(EXIT.unreachable, `${endpoint} answers, but not as Guardbee does: ${what}`, {
    hint: 'Is the endpoint right? Name another one with --endpoint.',
    cause,
  });
}
