import { login } from './clients.ts';
import { type LoadResult, load } from './load.ts';
import { cpuSeconds, type Figure, inTurn, ratio, show, spread } from './measure.ts';
import { SERVER_CORE, startBare, startGuardbee, type Target, withFolder } from './processes.ts';

const ROUNDS = 7;
const SECONDS = 2;
const CONNECTIONS = 32;

/** Verification by one process, remembered, against bare HTTP: CPU a request, and rate. */
export function verification(): Promise<Figure[]> {
  return withFolder(async (folder) => {
    const bare = await startBare(SERVER_CORE);
    const guardbee = await startGuardbee(SERVER_CORE, folder);
    const authorization = await login(guardbee.url);
    const rates: Record<string, number[]> = { bare: [], whoami: [], verify: [] };
    const run = async (name: string, target: Target, path: string): Promise<number> => {
      const before = cpuSeconds(target.pid);
      const job = {
        kind: 'closed',
        url: target.url + path,
        authorization,
        connections: CONNECTIONS,
        seconds: SECONDS,
      } as const;
      const result: LoadResult = await load(job);
      if (result.notOk > 0) throw new Error(`${result.notOk} of ${result.requests} requests were refused`);
      rates[name]?.push(result.requests / result.seconds);
      return ((cpuSeconds(target.pid) - before) / result.requests) * 1e6;
    };
    const readsBefore = await storeReads(guardbee.url);
    const cpu = await inTurn(ROUNDS, {
      bare: () => run('bare', bare, '/'),
      whoami: () => run('whoami', guardbee, '/v4/user/'),
      verify: () => run('verify', guardbee, '/verify'),
    });
    const reads = (await storeReads(guardbee.url)) - readsBefore;
    const verified = ROUNDS * SECONDS * spread([...(rates.whoami ?? []), ...(rates.verify ?? [])]).median * 2;
    await bare.stop();
    await guardbee.stop();
    const { whoami = [], verify = [], bare: bareRates = [] } = rates;
    return [
      {
        what: 'verification, `GET /v4/user/`: CPU per request ÷ bare HTTP',
        goal: '≤ 1.25',
        reached: show(ratio(cpu.whoami, cpu.bare)),
        note: `${spread(cpu.whoami).median.toFixed(1)} µs ÷ ${spread(cpu.bare).median.toFixed(1)} µs`,
      },
      {
        what: 'the same, forward-auth `/verify`',
        goal: '≤ 1.25',
        reached: show(ratio(cpu.verify, cpu.bare)),
        note: `${spread(cpu.verify).median.toFixed(1)} µs`,
      },
      {
        what: 'verification rate ÷ bare HTTP',
        goal: '≥ 0.85',
        reached: show(ratio(whoami, bareRates)),
        note: `${CONNECTIONS} connections, server on core ${SERVER_CORE}; autocannon on the other core may be the limit`,
      },
      { what: 'the same, forward-auth', goal: '≥ 0.85', reached: show(ratio(verify, bareRates)) },
      {
        what: 'database reads for those verifications',
        goal: '0',
        reached: String(reads),
        note: `about ${Math.round(verified).toLocaleString('en')} requests; the first of a token is one`,
      },
    ];
  });
}

async function storeReads(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^guardbee_token_reads_total (\d+)$/m.exec(text)?.[1]);
}
