import { type Figure, inTurn, ratio, residentMiB, show, spread } from './measure.ts';
import { startBare, startGuardbee, type Target, withFolder } from './processes.ts';

const ROUNDS = 9;

/** From the process's begin to its first answer, on an existing database, against an empty `node:http` script's. */
export function start(): Promise<Figure[]> {
  return withFolder(async (folder) => {
    await (await startGuardbee(undefined, folder)).stop();
    const memory: number[] = [];
    const untilReady = async (begin: () => Promise<Target>, path: string): Promise<number> => {
      const from = performance.now();
      const target = await begin();
      if ((await fetch(target.url + path)).status !== 200) throw new Error('not ready');
      const took = performance.now() - from;
      if (path === '/readyz') {
        await new Promise((resolve) => setTimeout(resolve, 500));
        memory.push(residentMiB(target.pid));
      }
      await target.stop();
      return took;
    };
    const times = await inTurn(ROUNDS, {
      bare: () => untilReady(() => startBare(undefined), '/'),
      guardbee: () => untilReady(() => startGuardbee(undefined, folder), '/readyz'),
    });
    return [
      {
        what: 'start: process begin → ready, existing database ÷ an empty `node:http` script',
        goal: '≤ 3',
        reached: show(ratio(times.guardbee, times.bare)),
        note: `${spread(times.guardbee).median.toFixed(0)} ms ÷ ${spread(times.bare).median.toFixed(0)} ms`,
      },
      {
        what: 'memory after start',
        goal: '≤ 90 MiB',
        reached: `${show(spread(memory), 0)} MiB`,
        note: 'before anything is written: the thread for that takes some 17 more',
      },
    ];
  });
}
