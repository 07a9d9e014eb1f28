import type { ApiClient, WithHttpInfo } from './api-client.ts';
import type { Arguments, QueryOption } from './arguments.ts';
import type { ReturnType } from './convert.ts';

const json = 'application/json';

/** One operation of the API over `client.callApi`, whatever that is at the moment of the call. */
export function callOperation<T>(
  client: ApiClient,
  path: string,
  httpMethod: string,
  returnType: ReturnType,
  { authorization, email, id, body, opts }: Arguments,
  query: readonly QueryOption[] = [],
  accept: string = json,
): Promise<WithHttpInfo<T>> {
  const headerParams = {
    ...(authorization === undefined ? undefined : { Authorization: authorization }),
    'X-Request-ID': opts.xRequestID,
    'X-Giant-Swarm-Activity': opts.xGiantSwarmActivity,
    'X-Giant-Swarm-CmdLine': opts.xGiantSwarmCmdLine,
  };
  const { signal, timeout } = opts;
  return client.callApi<T>(
    path,
    httpMethod,
    path.includes('{email}') ? { email } : path.includes('{id}') ? { id } : {},
    Object.fromEntries(query.map((name) => [name, (opts as Partial<Record<QueryOption, unknown>>)[name]])),
    headerParams,
    {},
    body,
    ['AuthorizationHeaderToken'],
    [json],
    [accept],
    returnType,
    // replacements of callApi know eleven arguments: no twelfth unless it is needed
    ...((signal ?? timeout ?? null) === null ? [] : [{ signal, timeout }]),
  );
}

/** The plain form of a `…WithHttpInfo` result. */
export function dataOf<T>({ data }: WithHttpInfo<T>): T {
  return data;
}
