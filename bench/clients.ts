/** What the measurements do as clients: with as little CPU as can be, since they share the machine with the service. */
import { Agent, request } from 'node:http';
import { ADMIN } from './processes.ts';

const agent = new Agent({ keepAlive: true });

function call(url: string, method: string, headers: Record<string, string>, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method, headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => {
        text += chunk;
      });
      incoming.on('end', () =>
        incoming.statusCode === 200
          ? resolve(text)
          : reject(new Error(`status ${incoming.statusCode}: ${text}`)),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const CREDENTIALS = JSON.stringify({
  email: ADMIN.email,
  password_base64: Buffer.from(ADMIN.password).toString('base64'),
});

/** Logs in; answers with the header value that carries the token. */
export async function login(url: string): Promise<string> {
  const headers = { 'content-length': String(CREDENTIALS.length) };
  return `giantswarm ${JSON.parse(await call(`${url}/v4/auth-tokens/`, 'POST', headers, CREDENTIALS)).auth_token}`;
}

export async function logout(url: string, authorization: string): Promise<void> {
  await call(`${url}/v4/auth-tokens/`, 'DELETE', { authorization });
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
