import { connect } from 'node:net';

/**
 * Sends bytes as they are over a connection of their own, and resolves with everything that came back until the
 * other side closed, or until nothing more came for `quietMs`.
 */
export function raw(
  baseUrl: string,
  bytes: string | Uint8Array,
  quietMs = 500,
): Promise<{ text: string; closed: boolean }> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let text = '';
    const finish = (closed: boolean): void => {
      socket.destroy();
      resolve({ text, closed });
    };
    socket.setTimeout(quietMs, () => finish(false));
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => finish(true));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? finish(true) : reject(error),
    );
  });
}
