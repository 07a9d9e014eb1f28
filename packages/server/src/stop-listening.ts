import { Server } from 'node:net';
import { setImmediate as endOfTurn, setTimeout as wait } from 'node:timers/promises';

/** So long a crowd is accepted that doesn't end. */
const ACCEPT_MS = 1_000;
const QUIET_TURN_MS = 0.1;
/** Who has just connected sends a request within this time, or was not going to. */
const LAST_REQUESTS_MS = 100;

/**
 * Nobody is accepted any more, but who was gets an answer: `http.Server.close` would cut connections whose first request is on its
 * way. The kernel resets those that wait to be accepted when their socket is closed, and a turn of the event loop accepts one: so it is
 * closed at the end of a turn that found none and was so short that hardly anybody can have come since.
 */
export async function stopListening(server: Server): Promise<void> {
  let isQuiet = false;
  const note = (): void => {
    isQuiet = false;
  };
  server.on('connection', note);
  for (const giveUp = performance.now() + ACCEPT_MS; !isQuiet && performance.now() < giveUp; ) {
    const begin = performance.now();
    isQuiet = true;
    await endOfTurn();
    isQuiet &&= performance.now() - begin < QUIET_TURN_MS;
  }
  server.off('connection', note);
  Server.prototype.close.call(server);
  await wait(LAST_REQUESTS_MS);
}
