import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startPostgres } from '../packages/server/src/storage/postgres/server.test-support.ts';
import { type Cluster, type ClusterNode, startCluster } from '../test/support/cluster.ts';
import { login } from './clients.ts';
import { load } from './load.ts';
import { cpuSeconds, type Figure, inTurn, quantile, ratio, show, spread } from './measure.ts';
import { SERVER_CORE, startGuardbee, type Target, withFolder } from './processes.ts';

const ROUNDS = 5;
const LOGOUTS = 100;
const SECONDS = 2;

/** Several nodes on PostgreSQL: what a logout waits for the others, and what verification costs there. */
export async function cluster(): Promise<Figure[]> {
  return [...(await revocation()), ...(await verification())];
}

/** Remembered verifications by one node, on PostgreSQL and on SQLite. */
function verification(): Promise<Figure[]> {
  return withFolder(async (folder) => {
    const server = await startPostgres({ fsync: true });
    await server.sql('postgres', 'CREATE DATABASE bench');
    const shared = ['--database-url', server.url('bench')];
    const postgres = await startGuardbee(SERVER_CORE, join(folder, 'postgres'), shared);
    const sqlite = await startGuardbee(SERVER_CORE, join(folder, 'sqlite'));
    const rates: Record<'postgres' | 'sqlite', number[]> = { postgres: [], sqlite: [] };
    const run = async (name: 'postgres' | 'sqlite', { url, pid }: Target): Promise<() => Promise<number>> => {
      const authorization = await login(url);
      return async () => {
        const before = cpuSeconds(pid);
        const job = {
          kind: 'closed',
          url: `${url}/v4/user/`,
          authorization,
          connections: 32,
          seconds: SECONDS,
        } as const;
        const { requests, seconds, notOk } = await load(job);
        if (notOk > 0) throw new Error(`${notOk} of ${requests} requests were refused`);
        rates[name].push(requests / seconds);
        return ((cpuSeconds(pid) - before) / requests) * 1e6;
      };
    };
    const cpu = await inTurn(ROUNDS + 2, {
      postgres: await run('postgres', postgres),
      sqlite: await run('sqlite', sqlite),
    });
    for (const target of [postgres, sqlite]) await target.stop();
    await server.remove();
    return [
      {
        what: 'verification rate on PostgreSQL ÷ on SQLite, remembered',
        goal: '≥ 0.95',
        reached: show(ratio(rates.postgres, rates.sqlite)),
        note: `CPU per request ${spread(cpu.postgres).median.toFixed(1)} µs ÷ ${spread(cpu.sqlite).median.toFixed(1)} µs`,
      },
    ];
  });
}

async function revocation(): Promise<Figure[]> {
  const three = await startCluster();
  try {
    const healthy = await inTurn(ROUNDS, {
      p50: async () => quantile(await logouts(three, LOGOUTS), 0.5),
      p99: async () => quantile(await logouts(three, LOGOUTS), 0.99),
    });
    const [first, next]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [, , frozen] = three.nodes as [ClusterNode, ClusterNode, ClusterNode];
      frozen.service.process.kill('SIGSTOP');
      first.push(...(await logouts(three, 1, three.nodes.slice(0, 2))));
      await wait(200);
      next.push(...(await logouts(three, 5, three.nodes.slice(0, 2))));
      frozen.service.process.kill('SIGCONT');
      await wait(500);
    }
    return [
      {
        what: 'logout, three healthy nodes: p50, in ms',
        goal: '≤ 10',
        reached: show(spread(healthy.p50), 1),
        note: `one after the other, each token known to every node`,
      },
      { what: 'the same, p99', goal: '≤ 50', reached: show(spread(healthy.p99), 1) },
      {
        what: 'logout with one node frozen: the first, in ms',
        goal: '≤ 650',
        reached: show(spread(first), 0),
        note: `those after it: ${show(spread(next), 1)}`,
      },
    ];
  } finally {
    await three.close();
  }
}

async function logouts(three: Cluster, count: number, nodes = three.nodes): Promise<number[]> {
  const durations: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const token = await three.mint();
    await Promise.all(nodes.map((node) => three.verify(node, token)));
    const { invoke, complete, status } = await three.logOut(nodes[n % nodes.length] as ClusterNode, token);
    if (status !== 200) throw new Error(`a logout got ${status}`);
    durations.push(complete - invoke);
  }
  return durations;
}
