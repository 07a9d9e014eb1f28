/** What the measurements do as clients: with as little CPU as can be, since they share the machine with the service. */
import type { Socket } from 'node:net';
import { ADMIN } from './processes.ts';
import { ask, open } from './wire.ts';

// By host: connections that nobody uses just now.
const idle = new Map<string, Socket[]>();

/** The body of a reply that is 200; rejects otherwise. */
async function call(url: string, method: string, headers: readonly string[], body = ''): Promise<string> {
  const { host, pathname } = new URL(url);
  // The service ends those that nobody has used for long.
  const free = (idle.get(host) ?? []).filter((socket) => !socket.destroyed);
  idle.set(host, free);
  const socket = free.pop() ?? (await open(url));
  const head = [`${method} ${pathname} HTTP/1.1`, `Host: ${host}`, ...headers, '', ''].join('\r\n');
  const reply = await ask(socket, head + body);
  idle.get(host)?.push(socket);
  const text = reply.slice(reply.indexOf('\r\n\r\n') + 4);
  const status = reply.slice(9, 12);
  if (status !== '200') throw new Error(`status ${status}: ${text}`);
  return text;
}

const CREDENTIALS = JSON.stringify({
  email: ADMIN.email,
  password_base64: Buffer.from(ADMIN.password).toString('base64'),
});

/** Logs in; answers with the header value that carries the token. */
export async function login(url: string): Promise<string> {
  const headers = [`Content-Length: ${CREDENTIALS.length}`];
  return `giantswarm ${JSON.parse(await call(`${url}/v4/auth-tokens/`, 'POST', headers, CREDENTIALS)).auth_token}`;
}

export async function logout(url: string, authorization: string): Promise<void> {
  await call(`${url}/v4/auth-tokens/`, 'DELETE', [`Authorization: ${authorization}`]);
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
