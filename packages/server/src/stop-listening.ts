import type { ServerResponse } from 'node:http';
import { Server } from 'node:net';
import { setImmediate as endOfTurn, setTimeout as wait } from 'node:timers/promises';

/** In so many turns of the event loop, a millisecond apart, nobody has come when it is closed. */
const QUIET_TURNS = 5;
/** So long it is waited for that, in a crowd that doesn't end; milliseconds. */
const PATIENCE = 1_000;
/** Who has just connected sends a request within this time, or was not going to. */
const LAST_REQUESTS = 100;

/** From now on counts requests that have come and are not answered yet. */
export function countUnderWay(server: Server): () => number {
  let underWay = 0;
  server.prependListener('request', (_request: unknown, reply: ServerResponse) => {
    underWay += 1;
    reply.once('close', () => {
      underWay -= 1;
    });
  });
  return () => underWay;
}

/**
 * Nobody is accepted any more, but who was gets an answer. `http.Server.close` would cut connections whose first request is on its
 * way; and the kernel resets those that wait to be accepted when their socket is closed. So requests that come now are held until
 * those `underWay` are answered, everybody who asks one after the other has one here, and nobody connects; then the socket is closed,
 * and they are answered.
 */
export async function stopListening(server: Server, underWay: () => number): Promise<void> {
  const release = holdRequests(server);
  const giveUp = performance.now() + PATIENCE;
  let turns = 0;
  const note = (): void => {
    turns = 0;
  };
  server.on('connection', note);
  while (turns < QUIET_TURNS && performance.now() < giveUp) {
    turns = underWay() > 0 ? 0 : turns + 1;
    await wait(1);
    // Each look at the network accepts one.
    await endOfTurn();
  }
  server.off('connection', note);
  Server.prototype.close.call(server);
  release();
  await wait(LAST_REQUESTS);
}

/** Answers with what lets them go on, in their order. */
function holdRequests(server: Server): () => void {
  const handlers = server.listeners('request');
  const held: unknown[][] = [];
  const hold = (...request: unknown[]): void => void held.push(request);
  server.removeAllListeners('request').on('request', hold);
  return () => {
    server.off('request', hold);
    for (const handler of handlers) server.on('request', handler as (...request: unknown[]) => void);
    for (const request of held) server.emit('request', ...request);
  };
}
