import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { REFUSALS } from '../errors.ts';
import type { Metrics } from './metrics.ts';

/**
 * `/metrics` at an address of its own, which need not be open to those who log in. Nothing else is there.
 *
 * Loaded only where it is wanted: `import … from 'node:http'`, as against `require`, loads all that the module could be asked
 * for, a WebSocket client too, which is 15 MiB and 20 ms.
 */
export async function listenForMetrics(
  metrics: Metrics,
  { host, port }: { readonly host: string; readonly port: number },
  report: (error: unknown) => void,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, reply) => {
    const isAsked =
      request.url?.split('?')[0] === '/metrics' && ['GET', 'HEAD'].includes(request.method ?? '');
    if (!isAsked) {
      const { code, message } = REFUSALS.RESOURCE_NOT_FOUND;
      reply.writeHead(404, { 'Content-Type': 'application/json' }).end(JSON.stringify({ code, message }));
      return;
    }
    metrics().then(
      ({ contentType, text }) => reply.writeHead(200, { 'Content-Type': contentType }).end(text),
      (error: unknown) => {
        report(error);
        reply.writeHead(500).end();
      },
    );
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/metrics`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
