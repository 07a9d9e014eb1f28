import { ADMIN } from '../../../test/guardbee.ts';
import { service } from './stage.ts';

/** What others do meanwhile, without a browser. */

export const PASSWORD = 'a pass phrase for everybody';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

export async function logIn(
  email: string = ADMIN.email,
  password: string = ADMIN.password,
  more: object = {},
): Promise<{ token: string; id: string }> {
  const body = { email, password_base64: base64(password), ...more };
  const { auth_token: token, id } = await ask('POST', '/v4/auth-tokens/', undefined, body);
  return { token, id };
}

export async function addUser(admin: string, email: string, change?: object): Promise<void> {
  await ask('PUT', `/v4/users/${encodeURIComponent(email)}/`, admin, { password: base64(PASSWORD) });
  if (change) await ask('PATCH', `/v4/users/${encodeURIComponent(email)}/`, admin, change);
}

export async function ask(
  method: string,
  path: string,
  token: string | undefined,
  body?: object,
  headers: Record<string, string> = {},
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
): Promise<any> {
  const reply = await fetch(service.url + path, {
    method,
    headers: { ...(token ? { authorization: `giantswarm ${token}` } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return reply.json();
}
