import { Agent, request } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; undefined when it isn't. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  readonly body: any;
}

export interface Call {
  readonly token?: string | undefined;
  readonly headers?: Record<string, string | string[]>;
  /** An object is sent as JSON with that content type; text and bytes as they are. */
  readonly body?: unknown;
}

/** What the console's own pages say, beside the cookie. */
export function fromConsole(origin: string): Record<string, string> {
  return { origin, 'sec-fetch-site': 'same-origin', 'x-guardbee-console': '1' };
}

const agent = new Agent({ keepAlive: true });

/** One request over a real connection; unlike `fetch` it sends exactly what it is told. */
export function call(
  baseUrl: string,
  method: string,
  path: string,
  { token, headers = {}, body }: Call = {},
): Promise<Reply> {
  const isObject = typeof body === 'object' && body !== null && !(body instanceof Uint8Array);
  const payload =
    body === undefined ? undefined : isObject ? JSON.stringify(body) : (body as string | Uint8Array);
  const url = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        host: url.hostname,
        port: url.port,
        method,
        path,
        headers: {
          ...(isObject ? { 'content-type': 'application/json' } : {}),
          ...(payload === undefined ? {} : { 'content-length': Buffer.byteLength(payload) }),
          ...(token === undefined ? {} : { authorization: `giantswarm ${token}` }),
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, body: parse(text) });
        });
        incoming.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
