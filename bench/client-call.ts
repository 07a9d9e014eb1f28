/**
 * What a call through the client costs beside a bare `fetch` of the same request, reply parsed: CPU time of this
 * process, the service in another. Interleaved; the median of the rounds' ratios, and its quartiles.
 *
 *     node --conditions=guardbee-source bench/client-call.ts
 */
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiClient, UsersApi } from 'giantswarm';

export interface ClientCallResult {
  /** Client call ÷ bare fetch, CPU: median of the rounds, and their quartiles. */
  ratio: number;
  lowerQuartile: number;
  upperQuartile: number;
  /** Microseconds of CPU a call, medians. */
  clientMicroseconds: number;
  fetchMicroseconds: number;
}

const token = 'giantswarm 0123456789abcdef0123456789abcdef0123456789abcdef';

/** Measures `rounds` times `calls` calls of each, `concurrency` at a time. A round is short: neighbours come and go. */
export async function measure({ rounds = 300, calls = 64, concurrency = 8 } = {}): Promise<ClientCallResult> {
  const service = fork(import.meta.filename, ['serve'], { execArgv: process.execArgv });
  const [url] = await new Promise<[string]>((resolve) =>
    service.once('message', (url) => resolve([String(url)])),
  );
  const client = new ApiClient();
  client.basePath = url;
  const users = new UsersApi(client);
  const headers = { accept: 'application/json', 'content-type': 'application/json', authorization: token };
  const variants = {
    client: () => users.getCurrentUser(token),
    fetch: () => fetch(`${url}/v4/user/`, { headers }).then((reply) => reply.json()),
  };
  const cost = async (call: () => Promise<unknown>, count: number) => {
    const before = process.cpuUsage();
    let left = count;
    const lane = async () => {
      while (left-- > 0) await call();
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / count;
  };
  try {
    for (const call of Object.values(variants)) await cost(call, calls * 30);
    const found: { client: number; fetch: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      // who comes first alternates
      const order = round % 2 ? (['fetch', 'client'] as const) : (['client', 'fetch'] as const);
      const pair = { client: 0, fetch: 0 };
      for (const name of order) pair[name] = await cost(variants[name], calls);
      found.push(pair);
    }
    const ratios = found.map(({ client, fetch }) => client / fetch).sort((a, b) => a - b);
    return {
      ratio: median(ratios),
      lowerQuartile: ratios[Math.floor(ratios.length / 4)] ?? Number.NaN,
      upperQuartile: ratios[Math.floor((ratios.length * 3) / 4)] ?? Number.NaN,
      clientMicroseconds: median(found.map(({ client }) => client)),
      fetchMicroseconds: median(found.map(({ fetch }) => fetch)),
    };
  } finally {
    service.kill();
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function serve(): void {
  const body = JSON.stringify({
    email: 'ada@example.com',
    created: '2026-01-01T00:00:00Z',
    expiry: '0001-01-01T00:00:00Z',
  });
  const server = createServer((_, reply) => {
    reply.writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': body.length,
      'Cache-Control': 'no-store',
      'X-Request-ID': '0b6a2a4e-6a6b-4c5e-9d7a-0123456789ab',
    });
    reply.end(body);
  });
  server.listen(0, '127.0.0.1', () =>
    process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  );
}

if (process.argv[2] === 'serve') serve();
else if (import.meta.main) {
  const { ratio, lowerQuartile, upperQuartile, clientMicroseconds, fetchMicroseconds } = await measure();
  console.log(
    `client call ÷ bare fetch, CPU: ${ratio.toFixed(2)} (${lowerQuartile.toFixed(2)}–${upperQuartile.toFixed(2)}), ` +
      `${clientMicroseconds.toFixed(0)} µs ÷ ${fetchMicroseconds.toFixed(0)} µs`,
  );
}
