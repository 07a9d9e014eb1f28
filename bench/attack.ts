/**
 * Logins with wrong passwords, each from another address and for another account, until it is told to stop: then it prints
 * what came back, by status. Over so many connections, each of which asks again as soon as it has an answer; or no more than
 * so many a second altogether. On bare sockets and as SCHED_IDLE, since an attacker has machines of their own: at nice 19 it would
 * still hold up for some milliseconds whoever wakes up on its core.
 *
 *     node bench/attack.ts '{"url":…,"connections":…}'
 */
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { LOAD_CORE } from './processes.ts';
import { ask, open } from './wire.ts';

interface Attack {
  readonly url: string;
  readonly connections: number;
  /** Default: as many as come back. */
  readonly perSecond?: number;
}

export interface Came {
  /** Answers by status; `error`: connections that were broken. */
  readonly statuses: Readonly<Record<string, number>>;
  /** 429 and 503 that don't say when to come back. */
  readonly withoutRetryAfter: number;
  readonly seconds: number;
}

/** Begins it; answers with what ends it. */
export function attack(job: Attack): () => Promise<Came> {
  const command = ['-i', '0', 'taskset', '-c', LOAD_CORE, process.execPath, import.meta.filename];
  const child = spawn('chrt', [...command, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'inherit'] });
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

async function run({ url, connections, perSecond = Number.POSITIVE_INFINITY }: Attack): Promise<void> {
  const statuses: Record<string, number> = {};
  let [isOn, withoutRetryAfter, sent] = [true, 0, 0];
  process.once('SIGTERM', () => {
    isOn = false;
  });
  const begin = performance.now();
  /** Resolves when one more may be sent. Looks at the clock only while one has to wait: a timer of its own would load the core. */
  const turn = async (): Promise<void> => {
    if (perSecond === Number.POSITIVE_INFINITY) return;
    for (; isOn; await wait(1)) {
      const due = ((performance.now() - begin) * perSecond) / 1_000;
      // What was missed is not made up for: a burst would be another attack.
      sent = Math.max(sent, due - perSecond / 50);
      if (sent >= due) continue;
      sent += 1;
      return;
    }
  };
  const count = (status: string): void => {
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  const attacker = async (_: unknown, connection: number): Promise<void> => {
    let socket: Socket | undefined;
    for (let n = 0; isOn; n += 1) {
      await turn();
      if (!isOn) break;
      try {
        socket ??= await open(url);
        const reply = await ask(socket, login(url, connection, n));
        const status = reply.slice(9, 12);
        count(status);
        if ((status === '429' || status === '503') && !/^retry-after: [1-9]\d*\r$/im.test(reply))
          withoutRetryAfter += 1;
      } catch {
        count('error');
        socket?.destroy();
        socket = undefined;
      }
    }
    socket?.destroy();
  };
  await Promise.all(Array.from({ length: connections }, attacker));
  const seconds = (performance.now() - begin) / 1_000;
  process.stdout.write(JSON.stringify({ statuses, withoutRetryAfter, seconds } satisfies Came));
}

function login(url: string, connection: number, n: number): string {
  const email = `account-${connection}-${n}@example.com`;
  const body = JSON.stringify({ email, password_base64: Buffer.from('wrong').toString('base64') });
  const address = `10.${connection % 250}.${n % 250}.${(n * 7 + (connection >> 8)) % 250}`;
  return (
    `POST /v4/auth-tokens/ HTTP/1.1\r\nHost: ${new URL(url).host}\r\nX-Forwarded-For: ${address}\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

if (import.meta.main) await run(JSON.parse(process.argv[2] ?? '') as Attack);
