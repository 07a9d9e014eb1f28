import type { ApiClient, WithHttpInfo } from 'giantswarm';
import type { callOptions } from './connection.ts';

/** One of the service's own pages that the client has no operation for, like `/healthz`. Needs no token and sends none. */
export function getJson(
  client: ApiClient,
  path: string,
  { xRequestID, xGiantSwarmActivity }: ReturnType<typeof callOptions>,
): Promise<WithHttpInfo<unknown>> {
  const headers = { 'X-Request-ID': xRequestID, 'X-Giant-Swarm-Activity': xGiantSwarmActivity };
  const json = ['application/json'];
  return client.callApi(path, 'GET', {}, {}, headers, {}, null, [], json, json, Object);
}
