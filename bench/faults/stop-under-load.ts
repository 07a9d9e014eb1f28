import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startTarget, withFolder } from '../processes.ts';
import { logIn, tryLogin } from './ask.ts';
import { type Fault, Findings } from './fault.ts';
import { SETTINGS, serveCommand } from './services.ts';

const CONNECTIONS = 32;

/** Told to stop, again and again, while 32 connections ask one request after the other and two log in. */
export const stopUnderLoad: Fault = {
  name: 'SIGTERM under load',
  promise: 'every request that was sent is answered: no connection is reset; it ends with 0 within 10 s',
  trials: 100,
  run: (trials) =>
    withFolder(async (folder) => {
      const found = new Findings();
      const command = [...SETTINGS, ...serveCommand(join(folder, 'data'))];
      let answered = 0;
      for (let trial = 0; trial < trials; trial += 1) {
        const service = await startTarget(command, undefined);
        const token = await logIn(service.url);
        const clients = [
          ...Array.from({ length: CONNECTIONS }, () => askOn(service.url, token, found)),
          ...[0, 1].map(() => logInOn(service.url, found)),
        ];
        await wait(100 + Math.random() * 400);
        const begin = performance.now();
        const code = await service.stop();
        found.expect(code === 0, `it ended with ${code}`);
        found.note('stopped after', performance.now() - begin);
        found.expect(performance.now() - begin < 10_000, 'the stop took longer than 10 s');
        answered += (await Promise.all(clients)).reduce((a, b) => a + b);
      }
      const { violations, figure } = found.outcome();
      return { violations, figure: `${answered.toLocaleString('en')} requests answered; ${figure}` };
    }),
};

/** One request after the other on kept connections, until a new one is refused because nobody listens any more. */
async function askOn(url: string, token: string, found: Findings): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let answered = 0; ; answered += 1) {
    const outcome = await new Promise<string>((resolve) => {
      const headers = { authorization: `Bearer ${token}` };
      const outgoing = request(`${url}/v4/user/`, { agent, headers }, (reply) => {
        reply.resume();
        reply.on('end', () => resolve(String(reply.statusCode)));
        reply.on('error', (error) => resolve(error.message));
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      outgoing.end();
    });
    if (outcome === 'ECONNREFUSED') {
      agent.destroy();
      return answered;
    }
    found.expect(outcome === '200', `a request got ${outcome}`);
    if (outcome !== '200') return answered;
  }
}

async function logInOn(url: string, found: Findings): Promise<number> {
  for (let answered = 0; ; answered += 1) {
    const { status, body } = await tryLogin(url);
    if (status === 0 && body === 'ECONNREFUSED') return answered;
    found.expect(status === 200, `a login got ${status} ${body}`);
    if (status !== 200) return answered;
  }
}
