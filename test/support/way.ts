import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way from one node to the database that can be made bad. */
export interface Way {
  readonly port: number;
  /** Milliseconds that everything takes longer on the way back from the database. */
  delay(ms: number): void;
  /** Passes nothing on any more, while both ends believe that they are connected; or again, on new connections. */
  swallow(on: boolean): void;
  close(): Promise<void>;
}

export async function openWay(target: number): Promise<Way> {
  let [isSwallowing, late] = [false, 0];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
    // What was swallowed is missing for good: such a connection never comes back.
    let isBroken = false;
    const pass = (from: Socket, to: Socket, isBack: boolean): void => {
      sockets.add(from);
      from.on('data', (bytes) => {
        isBroken ||= isSwallowing;
        if (isBroken) return;
        if (isBack && late > 0) setTimeout(() => to.writable && to.write(bytes), late);
        else to.write(bytes);
      });
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    };
    pass(near, far, false);
    pass(far, near, true);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    delay(ms) {
      late = ms;
    },
    swallow(on) {
      isSwallowing = on;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
