import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { login } from './clients.ts';
import { load } from './load.ts';
import { cpuSeconds, type Figure, inTurn, ratio, show, spread } from './measure.ts';
import { startBare, startGuardbee, startTarget, type Target, withFolder } from './processes.ts';

const ROUNDS = 5;
const SECONDS = 2;
const CONNECTIONS = 32;

/**
 * Verification by two workers against one process, and the same of the bare server. The load sits on one of two cores, so
 * what both can gain is far from two; what remains of it is the comparison.
 */
export function workers(): Promise<Figure[]> {
  return withFolder(async (folder) => {
    const bareOne = await startBare(undefined);
    const bareTwo = await startTarget(
      [process.execPath, join(import.meta.dirname, 'bare-cluster.ts')],
      undefined,
    );
    const one = await startGuardbee(undefined, join(folder, 'one'));
    process.env.GUARDBEE_WORKERS = '2';
    const two = await startGuardbee(undefined, join(folder, 'two'));
    delete process.env.GUARDBEE_WORKERS;
    const tokens = new Map([
      [one, await login(one.url)],
      [two, await login(two.url)],
    ]);
    const cpu: Record<string, number[]> = { one: [], two: [] };
    const run = async (name: string, target: Target): Promise<number> => {
      const authorization = tokens.get(target) ?? 'none';
      const url = target.url + (tokens.has(target) ? '/v4/user/' : '/');
      const before = cpuOfTree(target.pid);
      const job = { kind: 'closed', url, authorization, connections: CONNECTIONS, seconds: SECONDS } as const;
      const { requests, seconds, notOk } = await load(job);
      if (notOk > 0) throw new Error(`${notOk} of ${requests} requests were refused`);
      cpu[name]?.push(((cpuOfTree(target.pid) - before) / requests) * 1e6);
      return requests / seconds;
    };
    const rates = await inTurn(ROUNDS, {
      bareOne: () => run('bareOne', bareOne),
      bareTwo: () => run('bareTwo', bareTwo),
      one: () => run('one', one),
      two: () => run('two', two),
    });
    for (const target of [bareOne, bareTwo, one, two]) await target.stop();
    const median = (values: readonly number[]): string => spread(values).median.toFixed(0);
    return [
      {
        what: 'verification rate, two workers ÷ one process, of what bare HTTP gains',
        goal: '≥ 0.9',
        reached: show(ratio(ratioOf(rates.two, rates.one), ratioOf(rates.bareTwo, rates.bareOne))),
        note: `${median(rates.two)} ÷ ${median(rates.one)} a second, bare ${median(rates.bareTwo)} ÷ ${median(rates.bareOne)}; the load on one of the same two cores`,
      },
      {
        what: 'CPU per verification, two workers ÷ one process',
        goal: '',
        reached: show(ratio(cpu.two ?? [], cpu.one ?? [])),
        note: `${median(cpu.two ?? [])} µs ÷ ${median(cpu.one ?? [])} µs, with the process that hands connections out`,
      },
    ];
  });
}

function ratioOf(over: readonly number[], under: readonly number[]): number[] {
  return over.map((value, at) => value / (under[at] ?? Number.NaN));
}

/** Of a process and those that it started. */
function cpuOfTree(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean);
  return [pid, ...children.map(Number)].reduce((sum, one) => sum + cpuSeconds(one), 0);
}
