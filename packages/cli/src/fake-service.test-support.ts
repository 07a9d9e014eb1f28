import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
}

export interface FakeService {
  readonly url: string;
  readonly requests: SeenRequest[];
}

type Answer = {
  readonly status?: number;
  readonly type?: string;
  readonly body: unknown;
  readonly link?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A service that answers by `METHOD /path`, over real HTTP; everything else is 404. Ends with the test. */
export async function fakeService(
  t: TestContext,
  answers: Readonly<Record<string, Answer | ((request: SeenRequest) => Answer)>>,
): Promise<FakeService> {
  const requests: SeenRequest[] = [];
  const server = createServer((request, reply) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const seen = { method: request.method ?? '', url, headers: request.headers };
    requests.push(seen);
    const found = answers[`${seen.method} ${url.pathname}`];
    const missing: Answer = { status: 404, body: { code: 'RESOURCE_NOT_FOUND', message: 'Not here.' } };
    const answer: Answer = typeof found === 'function' ? found(seen) : (found ?? missing);
    const { status = 200, type = 'application/json', body, link, headers = {} } = answer;
    const id = request.headers['x-request-id'] ?? 'none';
    reply.writeHead(status, {
      'Content-Type': type,
      'X-Request-ID': id,
      ...(link ? { Link: link } : {}),
      ...headers,
    });
    reply.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
