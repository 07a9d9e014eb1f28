/** What the measurements do as clients, by the public client. */
import { ApiClient, AuthTokensApi } from 'giantswarm';
import { ADMIN } from './processes.ts';

export async function login(url: string, { email, password } = ADMIN): Promise<string> {
  const client = new ApiClient();
  client.basePath = url;
  const body = { email, password_base64: Buffer.from(password).toString('base64') };
  const { auth_token } = await new AuthTokensApi(client).createAuthToken(body);
  return `giantswarm ${auth_token}`;
}

export async function logout(url: string, authorization: string): Promise<void> {
  const client = new ApiClient();
  client.basePath = url;
  await new AuthTokensApi(client).deleteAuthToken(authorization);
}

/** Does `count` pieces of work, `concurrency` at a time; answers with the seconds it took. */
export async function timed(
  count: number,
  concurrency: number,
  work: (at: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: concurrency }, lane));
  return (performance.now() - begin) / 1000;
}
