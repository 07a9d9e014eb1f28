import { Server } from 'node:net';
import { setImmediate as endOfTurn, setTimeout as wait } from 'node:timers/promises';

/** So long a crowd is accepted that doesn't end. Milliseconds. */
const PATIENCE = 1_000;
/** So long a turn is waited for that is short; on a busy machine there may be none. */
const CHOOSY = 500;
const SHORT_TURN = 0.1;
/** Who has just connected sends a request within this time, or was not going to. */
const LAST_REQUESTS_MS = 100;

/**
 * Nobody is accepted any more, but who was gets an answer: `http.Server.close` would cut connections whose first request is on its
 * way. The kernel resets those that wait to be accepted when their socket is closed, and a turn of the event loop accepts one: so
 * first the queue is made short, which has the kernel pass over newcomers, who try again and are refused then; and it is closed at the
 * end of a turn that found none and was so short that hardly anybody can have come since.
 */
export async function stopListening(server: Server): Promise<void> {
  shortenQueue(server);
  let isQuiet = false;
  const note = (): void => {
    isQuiet = false;
  };
  server.on('connection', note);
  for (const since = performance.now(); !isQuiet && performance.now() < since + PATIENCE; ) {
    const begin = performance.now();
    isQuiet = true;
    await endOfTurn();
    const now = performance.now();
    if (now < since + CHOOSY) isQuiet &&= now - begin < SHORT_TURN;
  }
  server.off('connection', note);
  Server.prototype.close.call(server);
  await wait(LAST_REQUESTS_MS);
}

/** listen(2) a second time, which Node has no name for; where it is not there the queue stays as it is. */
function shortenQueue(server: Server): void {
  const { _handle: handle } = server as unknown as { _handle?: { listen?(backlog: number): number } };
  handle?.listen?.(0);
}
