/** The peer of the client's tests: a real HTTP server that records what arrives and answers as it is told. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Recorded {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** A string is sent as it is, an object as JSON. */
  body?: string | object;
  /** Milliseconds before the headers. */
  delay?: number;
  /** Milliseconds between the headers and the body. */
  bodyDelay?: number;
  /** Breaks the connection instead. */
  hangUp?: boolean;
}

export interface RecordingServer extends AsyncDisposable {
  url: string;
  requests: Recorded[];
  /** The last request. */
  last: Recorded;
  /** What to answer from now on. */
  answer: Answer | ((request: Recorded) => Answer);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export async function startRecordingServer(answer: RecordingServer['answer'] = {}): Promise<RecordingServer> {
  const server: Server = createServer(async (request, reply) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const recorded = { method, url, headers, body: Buffer.concat(chunks).toString() };
    recording.requests.push(recorded);
    const told = typeof recording.answer === 'function' ? recording.answer(recorded) : recording.answer;
    if (told.hangUp) return void request.socket.destroy();
    if (told.delay) await pause(told.delay);
    const isText = typeof told.body === 'string';
    reply.writeHead(told.status ?? 200, {
      ...(told.body === undefined ? {} : { 'Content-Type': isText ? 'text/plain' : 'application/json' }),
      ...told.headers,
    });
    reply.flushHeaders();
    if (told.bodyDelay) await pause(told.bodyDelay);
    reply.end(isText ? told.body : told.body && JSON.stringify(told.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const recording: RecordingServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    get last() {
      const last = recording.requests.at(-1);
      if (!last) throw new Error('No request has arrived');
      return last;
    },
    answer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return recording;
}

/** Answers as the service does, in small: one user, tokens that end. */
export function smallService(): (request: Recorded) => Answer {
  const living = new Set<string>();
  let made = 0;
  return ({ method, url, headers, body }) => {
    const token = headers.authorization?.replace(/^(giantswarm|bearer|token) /i, '') ?? '';
    if (url === '/v4/auth-tokens/' && method === 'POST') {
      const { password_base64 } = JSON.parse(body);
      if (password_base64 !== btoa('correct horse battery')) {
        return { status: 401, body: { code: 'INVALID_CREDENTIALS', message: 'Wrong e-mail or password.' } };
      }
      const auth_token = `token-${++made}`;
      living.add(auth_token);
      return { body: { auth_token, id: `id-${made}`, expiry: '0001-01-01T00:00:00Z' } };
    }
    if (!living.has(token)) return { status: 401, body: { code: 'PERMISSION_DENIED', message: 'No.' } };
    if (url === '/v4/user/') {
      return {
        body: { email: 'ada@example.com', created: '2026-01-01T00:00:00Z', expiry: '0001-01-01T00:00:00Z' },
      };
    }
    living.delete(token);
    return {
      body: { code: 'RESOURCE_DELETED', message: 'The authentication token has been successfully deleted.' },
    };
  };
}
