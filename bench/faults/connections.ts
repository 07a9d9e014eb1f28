import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { residentMiB } from '../measure.ts';
import { logIn, verify } from './ask.ts';
import { type Fault, Findings } from './fault.ts';
import { withService } from './services.ts';

const HEAD = 'POST /v4/auth-tokens/ HTTP/1.1\r\nHost: x\r\nX-Slow: ';

/** A trial is a connection: half of them send a byte of a header every second, half nothing at all. */
export const slowConnections: Fault = {
  name: 'slow connections, all at once',
  promise: 'others are answered; each slow one is ended within 15 s, with 408 where a request had begun',
  trials: 1_000,
  async run(trials) {
    const found = new Findings();
    await withService(async ({ url, pid }) => {
      const { hostname, port } = new URL(url);
      const token = await logIn(url);
      const before = residentMiB(pid);
      const ends = Array.from({ length: trials }, (_, n) => {
        const socket = connect(Number(port), hostname);
        return outlast(socket, n % 2 === 0);
      });
      let open = true;
      const all = Promise.all(ends).finally(() => {
        open = false;
      });
      let peak = 0;
      while (open) {
        const { status, ms } = await verify(url, token);
        found.expect(status === 200, `a verification got ${status}`);
        found.note('verification meanwhile', ms);
        peak = Math.max(peak, residentMiB(pid) - before);
        await wait(20);
      }
      for (const { begun, text, ms } of await all) {
        found.expect(ms < 15_000, `one was open for ${(ms / 1000).toFixed(0)} s`);
        if (begun)
          found.expect(
            /^HTTP\/1\.1 408 /.test(text),
            `one was answered with ${JSON.stringify(text.slice(0, 40))}`,
          );
        found.note('ended after', ms);
      }
      found.expect(peak < 64, `memory has grown by ${peak.toFixed(0)} MiB`);
    });
    return found.outcome();
  },
};

/** Sends slowly, or not at all, until the service has had enough. */
function outlast(socket: Socket, begun: boolean): Promise<{ begun: boolean; text: string; ms: number }> {
  const begin = performance.now();
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('error', () => {});
  if (begun) socket.write(HEAD);
  const drip = begun ? setInterval(() => socket.write('x'), 1_000) : undefined;
  const giveUp = setTimeout(() => socket.destroy(), 40_000);
  return new Promise((resolve) => {
    socket.on('close', () => {
      clearInterval(drip);
      clearTimeout(giveUp);
      resolve({ begun, text, ms: performance.now() - begin });
    });
  });
}
