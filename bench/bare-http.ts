/** The bare limit of HTTP: `node:http` answering a constant JSON of the same size with the same headers as `GET /v4/user/`. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const body = JSON.stringify({
  email: 'admin@example.com',
  created: '2026-01-01T00:00:00.000Z',
  expiry: '0001-01-01T00:00:00Z',
  admin: true,
  disabled: false,
  groups: [],
});

const server = createServer((_request, reply) => {
  reply.writeHead(200, {
    'x-request-id': '0b6a2a4e-6a6b-4c5e-9d7a-0123456789ab',
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
  });
  reply.end(body);
});
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`listens on http://127.0.0.1:${port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
