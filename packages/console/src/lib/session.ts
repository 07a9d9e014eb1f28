import type { V4UserListItem } from 'giantswarm';
import { client, doing, toBase64 } from './api.ts';

/** Who is signed in. The token itself lies in a cookie that no script can read. */
export interface Session {
  /** The public name of the session's token. */
  readonly id: string;
  readonly expiry: string;
  readonly user: Required<Pick<V4UserListItem, 'email' | 'admin'>> & V4UserListItem;
}

export interface Visit {
  readonly session: Session | null;
  readonly installation_name: string;
}

const PATH = '/console/session/';
const JSON_ONLY = ['application/json'];

/** Whether somebody is signed in; not being it is no failure. */
export async function readVisit(): Promise<Visit> {
  const { data } = await client.callApi<Visit>(PATH, 'GET', {}, {}, {}, {}, null, [], [], JSON_ONLY, Object);
  return data;
}

/** Throws the service's refusal. */
export async function signIn(email: string, password: string): Promise<void> {
  const body = { email, password_base64: toBase64(password) };
  const { xGiantSwarmActivity, xRequestID } = doing('sign-in');
  const headers = { 'X-Giant-Swarm-Activity': xGiantSwarmActivity, 'X-Request-ID': xRequestID };
  await client.callApi(PATH, 'POST', {}, {}, headers, {}, body, [], JSON_ONLY, JSON_ONLY, Object);
}

/** When it resolves, nothing accepts the session any more. */
export async function signOut(): Promise<void> {
  const { xGiantSwarmActivity, xRequestID } = doing('sign-out');
  const headers = { 'X-Giant-Swarm-Activity': xGiantSwarmActivity, 'X-Request-ID': xRequestID };
  await client.callApi(PATH, 'DELETE', {}, {}, headers, {}, null, [], [], JSON_ONLY, Object);
}
