/**
 * Logins with wrong passwords, each from another address and for another account, over so many connections and without a
 * pause, until it is told to stop: then it prints what came back, by status. At the lowest priority, since an attacker has
 * machines of their own.
 *
 *     node bench/attack.ts '{"url":…,"connections":…}'
 */
import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { LOAD_CORE } from './processes.ts';

interface Attack {
  readonly url: string;
  readonly connections: number;
}

/** Counts by status. */
type Came = Readonly<Record<string, number>>;

/** Begins it; answers with what ends it. */
export function attack(job: Attack): () => Promise<Came> {
  const command = ['-n', '19', 'taskset', '-c', LOAD_CORE, process.execPath, import.meta.filename];
  const child = spawn('nice', [...command, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const came = (async () => {
    let text = '';
    for await (const chunk of child.stdout) text += chunk;
    return JSON.parse(text) as Came;
  })();
  return () => {
    child.kill('SIGTERM');
    return came;
  };
}

async function run({ url, connections }: Attack): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const came: Record<string, number> = {};
  let isOn = true;
  process.once('SIGTERM', () => {
    isOn = false;
  });
  const one = (connection: number, n: number): Promise<string> =>
    new Promise((resolve) => {
      const email = `account-${connection}-${n}@example.com`;
      const body = JSON.stringify({ email, password_base64: Buffer.from('wrong').toString('base64') });
      const headers = {
        'x-forwarded-for': `10.${connection % 250}.${n % 250}.${(n * 7) % 250}`,
        'content-length': String(Buffer.byteLength(body)),
      };
      const outgoing = request(`${url}/v4/auth-tokens/`, { method: 'POST', agent, headers }, (reply) => {
        reply.resume();
        reply.on('end', () => resolve(String(reply.statusCode)));
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      outgoing.end(body);
    });
  const asker = async (_: unknown, connection: number): Promise<void> => {
    for (let n = 0; isOn; n += 1) {
      const status = await one(connection, n);
      came[status] = (came[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, asker));
  agent.destroy();
  process.stdout.write(JSON.stringify(came));
}

if (import.meta.main) await run(JSON.parse(process.argv[2] ?? '') as Attack);
