import assert from 'node:assert/strict';
import { Documented } from './documented.ts';
import { ADMIN, base64, startTestService, type TestService } from './service.ts';

/** What the walks through the contract share: one service, and what has been seen of its document. */

export const NEVER = '0001-01-01T00:00:00Z';
export const PASSWORD = 'a pass phrase for everybody';
export const DENIED = 'The requested resource cannot be accessed using the provided authentication details.';

export let service: TestService;
export let api: Documented;
/** A token of the administrator. */
export let admin: string;

export async function start(): Promise<void> {
  service = await startTestService();
  api = await Documented.of(service.url);
  admin = await login(ADMIN.email, ADMIN.password);
}

export async function login(email: string, password = PASSWORD, more: object = {}): Promise<string> {
  const body = { email, password_base64: base64(password), ...more };
  const reply = await api.call('POST', '/v4/auth-tokens/', { body });
  assert.equal(reply.status, 200, reply.text);
  return reply.body.auth_token;
}

/** Makes a user and logs in. */
export async function newUser(email: string, more: object = {}): Promise<string> {
  const reply = await api.call('PUT', `/v4/users/${encodeURIComponent(email)}/`, {
    token: admin,
    body: { password: base64(PASSWORD) },
  });
  assert.equal(reply.status, 201, reply.text);
  return login(email, PASSWORD, more);
}

export async function hashesComputed(): Promise<number> {
  const { text } = await api.call('GET', '/metrics');
  return Number(/^guardbee_password_hashes_total (\d+)$/m.exec(text)?.[1]);
}

export function assertGeneric(
  reply: { status: number; body: unknown },
  status: number,
  code: string,
  message?: string,
): void {
  const { code: gotCode, message: gotMessage, ...rest } = reply.body as Record<string, unknown>;
  assert.deepEqual([reply.status, gotCode, rest], [status, code, {}]);
  if (message !== undefined) assert.equal(gotMessage, message);
}

/** A token's own id. */
export async function idOf(token: string): Promise<string> {
  const { body } = await api.call('GET', '/v4/auth-tokens/?limit=1000', { token });
  return body.find((listed: { current: boolean }) => listed.current).id;
}
