/**
 * The load, in a process of its own. Closed loop by autocannon, on the core the server is not on: as many connections as asked, each
 * with one request at a time. Open loop by ours, on whichever core is free: requests at fixed times whatever the answers do, so
 * that a slow answer counts for all that had to wait behind it. Prints one JSON line.
 *
 *     node bench/load.ts '{"kind":"closed","url":…}'
 */
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import autocannon from 'autocannon';
import { quantile } from './measure.ts';
import { LOAD_CORE } from './processes.ts';
import { ask, open as connectTo } from './wire.ts';

export interface ClosedLoad {
  readonly kind: 'closed';
  readonly url: string;
  readonly authorization: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface OpenLoad {
  readonly kind: 'open';
  readonly url: string;
  readonly authorization: string;
  readonly perSecond: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly notOk: number;
  /** Milliseconds, of the open loop only. */
  readonly latencies: readonly number[];
}

/** The client's own code that has not run yet is slow, by tens of milliseconds: what the open loop sends first is not counted. */
const WARM_UP_SECONDS = 1;

/**
 * The open loop is what measures, and must not wait where no client would: pinned to a core it waits for a hash there while the other
 * core is idle, and threads that collect its garbage wait for a core as it does. Measured by traces, most of the slowest hundredth was that.
 */
const COMMANDS = {
  closed: ['taskset', '-c', LOAD_CORE, process.execPath],
  open: [process.execPath, '--single-threaded-gc'],
} as const;

/** Runs a load in its own process. */
export async function load(job: ClosedLoad | OpenLoad): Promise<LoadResult> {
  const [file, ...args] = COMMANDS[job.kind];
  const child = spawn(file, [...args, import.meta.filename, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  return JSON.parse(text) as LoadResult;
}

/** The 99th percentile, in milliseconds, of verifications that come 200 a second. */
export async function verificationP99(url: string, authorization: string, seconds: number): Promise<number> {
  const job = { kind: 'open', url: `${url}/v4/user/`, authorization, perSecond: 200, seconds } as const;
  return quantile((await load(job)).latencies, 0.99);
}

async function closed({ url, authorization, connections, seconds }: ClosedLoad): Promise<LoadResult> {
  const result = await autocannon({ url, connections, duration: seconds, headers: { authorization } });
  return {
    requests: result['2xx'] + result.non2xx,
    seconds: result.duration,
    notOk: result.non2xx + result.errors,
    latencies: [],
  };
}

async function open({ url, authorization, perSecond, seconds }: OpenLoad): Promise<LoadResult> {
  const { host, pathname } = new URL(url);
  const text = `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${authorization}\r\n\r\n`;
  const idle: Socket[] = [];
  const latencies: number[] = [];
  let notOk = 0;
  const begin = performance.now();
  const warm = begin + WARM_UP_SECONDS * 1_000;
  const send = async (due: number): Promise<void> => {
    // Timers are as coarse as a millisecond: one that is sent before it is due counts from when it was sent.
    const from = Math.min(due, performance.now());
    try {
      const socket = idle.pop() ?? (await connectTo(url));
      const reply = await ask(socket, text);
      if (!reply.startsWith('HTTP/1.1 200 ')) notOk += 1;
      idle.push(socket);
    } catch {
      notOk += 1;
    }
    if (due >= warm) latencies.push(performance.now() - from);
  };
  const pending: Promise<void>[] = [];
  const count = perSecond * (WARM_UP_SECONDS + seconds);
  for (let sent = 0; sent < count; ) {
    const due = begin + (sent * 1000) / perSecond;
    const early = due - performance.now();
    if (early > 1) await wait(early - 1);
    else {
      pending.push(send(due));
      sent += 1;
    }
  }
  await Promise.all(pending);
  for (const socket of idle) socket.destroy();
  return { requests: latencies.length, seconds: (performance.now() - begin) / 1000, notOk, latencies };
}

if (import.meta.main) {
  const job = JSON.parse(process.argv[2] ?? '') as ClosedLoad | OpenLoad;
  const result = await (job.kind === 'closed' ? closed(job) : open(job));
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
