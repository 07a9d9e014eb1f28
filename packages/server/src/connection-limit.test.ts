import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { limitConnections } from './connection-limit.ts';

test('connections beyond what the process may open are closed, and it is said once a second', async (t) => {
  const server = createServer((socket) => socket.resume().on('error', () => {}));
  const told: [object, string][] = [];
  // 128 for files and threads, and as many for connections.
  limitConnections(server, { warn: (...line) => void told.push(line) }, 256);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const sockets = Array.from({ length: 140 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const closed = Promise.all(sockets.slice(128).map((socket) => once(socket.resume(), 'close')));
  await closed;
  assert.equal(sockets.filter((socket) => !socket.closed).length, 128);
  while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(told, [[{ connections: 12, most: 128 }, 'closed connections: there are too many']]);
});
