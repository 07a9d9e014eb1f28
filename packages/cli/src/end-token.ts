import { AuthTokensApi, isApiError } from 'giantswarm';
import { callOptions, clientFor } from './connection.ts';
import type { Io } from './io.ts';

/** Ends a token at its service. Answers what went wrong; 401 is fine: it had ended before, which is what was wanted. */
export async function endToken(
  endpoint: string,
  token: Promise<string | undefined> | string,
  activity: string,
  io: Io,
): Promise<unknown> {
  try {
    await new AuthTokensApi(clientFor(endpoint, await token, io)).deleteAuthToken(callOptions(activity));
    return undefined;
  } catch (error) {
    return isApiError(error) && error.status === 401 ? undefined : error;
  }
}
