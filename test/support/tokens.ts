import assert from 'node:assert/strict';
import { ApiClient, AuthTokensApi } from 'giantswarm';
import { ADMIN, base64, type RunningService } from '../guardbee.ts';

/** The client of a service, as somebody with this token or as nobody. */
export function clientOf(service: RunningService, token?: string): ApiClient {
  const client = new ApiClient();
  client.basePath = service.url;
  if (token !== undefined) client.defaultHeaders = { Authorization: `giantswarm ${token}` };
  return client;
}

/** A token of the administrator, or of somebody else. */
export async function logIn(service: RunningService, { email, password } = ADMIN): Promise<string> {
  const body = { email, password_base64: base64(password) };
  const { auth_token: token } = await new AuthTokensApi(clientOf(service)).createAuthToken(body);
  assert.ok(typeof token === 'string');
  return token;
}

/** What a request with the token is answered with. */
export async function verify(service: RunningService, token: string): Promise<number> {
  const reply = await fetch(`${service.url}/v4/user/`, { headers: { authorization: `giantswarm ${token}` } });
  await reply.text();
  return reply.status;
}
