/** HTTP over a bare socket: what a measurement's clients take of the CPU, the service that they measure doesn't have. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export async function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setNoDelay().setEncoding('latin1');
  await once(socket, 'connect');
  // Between two answers as well.
  socket.on('error', () => {});
  return socket;
}

/** Sends a request; answers with its reply, whole: the head and so many bytes as that says. One at a time. */
export function ask(socket: Socket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = '';
    const onData = (chunk: string): void => {
      reply += chunk;
      const head = reply.indexOf('\r\n\r\n');
      const length = Number(/^content-length: (\d+)\r$/im.exec(reply)?.[1]);
      if (head >= 0 && reply.length >= head + 4 + length) end(() => resolve(reply));
    };
    const onEnd = (): void => end(() => reject(new Error('the connection was broken')));
    const end = (settle: () => void): void => {
      socket.off('data', onData).off('close', onEnd).off('error', onEnd);
      settle();
    };
    socket.on('data', onData).once('close', onEnd).once('error', onEnd);
    socket.write(text);
  });
}
