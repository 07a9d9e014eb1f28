/** A connection that goes wrong: a TCP proxy that delays, holds or cuts what the service sends over its streams. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

interface Weather {
  /** Milliseconds by which every byte of a stream comes late. */
  delay: number;
  /** Streams stay open, and nothing comes through any more. What was held comes when it is let go. */
  frozen: boolean;
  /** New streams are refused. */
  refuse: boolean;
  /** New questions are refused, too. */
  refuseQuestions: boolean;
}

export async function startProxy(target: string) {
  const weather: Weather = { delay: 0, frozen: false, refuse: false, refuseQuestions: false };
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const streams = new Set<Socket>();
  let held: (() => void)[] = [];

  const server = createServer((client) => {
    sockets.add(client);
    client.on('close', () => sockets.delete(client)).on('error', () => {});
    client.once('data', (first) => {
      const isStream = first.toString('latin1').startsWith('GET /v4/revocations');
      if (isStream ? weather.refuse : weather.refuseQuestions) return void client.destroy();
      if (isStream) streams.add(client);
      const service = connect(Number(port), hostname);
      service.on('error', () => client.destroy()).on('close', () => client.destroy());
      client.on('close', () => {
        streams.delete(client);
        service.destroy();
      });
      service.write(first);
      client.pipe(service);
      service.on('data', (chunk) => {
        const pass = () => {
          if (isStream && weather.frozen) held.push(pass);
          else if (!client.destroyed) client.write(chunk);
        };
        if (isStream && weather.delay > 0) setTimeout(pass, weather.delay);
        else pass();
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    weather,
    thaw() {
      weather.frozen = false;
      const passes = held;
      held = [];
      for (const pass of passes) pass();
    },
    cutStreams() {
      for (const stream of streams) stream.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
