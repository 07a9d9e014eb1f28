/** The service's client in the faults: each request on a connection of its own, with its status and how long it took. */
import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { ADMIN } from '../processes.ts';

export interface Answer {
  /** 0 when there was none: `body` says why. */
  readonly status: number;
  readonly body: string;
  readonly ms: number;
}

const PATIENCE_MS = 15_000;

export function ask(
  url: string,
  method: string,
  path: string,
  { token, body }: { token?: string; body?: object } = {},
): Promise<Answer> {
  const begin = performance.now();
  return new Promise((resolve) => {
    const done = (status: number, text: string): void =>
      resolve({ status, body: text, ms: performance.now() - begin });
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const outgoing = request(
      `${url}${path}`,
      { method, headers, agent: false, timeout: PATIENCE_MS },
      (reply) => {
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (chunk: string) => {
          text += chunk;
        });
        reply.on('end', () => done(reply.statusCode ?? 0, text));
        reply.on('error', (error) => done(0, error.message));
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', (error: NodeJS.ErrnoException) => done(0, error.code ?? error.message));
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

export const verify = (url: string, token: string): Promise<Answer> =>
  ask(url, 'GET', '/v4/user/', { token });
export const logOut = (url: string, token: string): Promise<Answer> =>
  ask(url, 'DELETE', '/v4/auth-tokens/', { token });
export const tryLogin = (url: string): Promise<Answer> => {
  const password = Buffer.from(ADMIN.password).toString('base64');
  return ask(url, 'POST', '/v4/auth-tokens/', { body: { email: ADMIN.email, password_base64: password } });
};

export async function logIn(url: string): Promise<string> {
  const { status, body } = await tryLogin(url);
  if (status !== 200) throw new Error(`a login got ${status}: ${body}`);
  return (JSON.parse(body) as { auth_token: string }).auth_token;
}

/** Until logins work, milliseconds; undefined when they don't within `limit`. */
export async function untilLogin(url: string, limit = 10_000): Promise<number | undefined> {
  const begin = performance.now();
  while (performance.now() - begin < limit) {
    if ((await tryLogin(url)).status === 200) return performance.now() - begin;
    await wait(50);
  }
  return undefined;
}
