import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { login, logout, timed } from './clients.ts';
import { verificationP99 } from './load.ts';
import { type Figure, inTurn, ratio, show, spread } from './measure.ts';
import { startGuardbee, withFolder } from './processes.ts';

const ROUNDS = 5;
const LOGOUTS = 768;

/** Logouts, 64 at once, durable, against one-by-one commits with synchronous=FULL on the same disk. */
export function logouts(): Promise<Figure[]> {
  return withFolder(async (folder) => {
    const guardbee = await startGuardbee(undefined, join(folder, 'data'));
    const db = new DatabaseSync(join(folder, 'bare.db'));
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (a INTEGER, b TEXT) STRICT',
    );
    const insert = db.prepare('INSERT INTO t VALUES (?, ?)');
    const tokens = async (count: number): Promise<string[]> => {
      const made: string[] = [];
      await timed(count, 32, async () => made.push(await login(guardbee.url)));
      return made;
    };
    // Code that has not run yet is slow: the first logouts don't count.
    for (const token of await tokens(200)) await logout(guardbee.url, token);
    const rates = await inTurn(ROUNDS, {
      bare: async () => {
        const begin = performance.now();
        for (let at = 0; at < LOGOUTS; at++) insert.run(at, 'x'.repeat(100));
        return LOGOUTS / ((performance.now() - begin) / 1000);
      },
      logout: async () => {
        const ready = await tokens(LOGOUTS);
        return LOGOUTS / (await timed(LOGOUTS, 64, (at) => logout(guardbee.url, ready[at] ?? '')));
      },
    });
    const authorization = await login(guardbee.url);
    const p99 = (): Promise<number> => verificationP99(guardbee.url, authorization, 3);
    const latencies = await inTurn(ROUNDS, {
      quiet: p99,
      logouts: async () => {
        const ready = await tokens(512);
        const value = p99();
        // As many at once as above, spread over the time of the measurement.
        for (let start = 0; start < ready.length; start += 64) {
          await Promise.all(ready.slice(start, start + 64).map((token) => logout(guardbee.url, token)));
          await new Promise((resolve) => setTimeout(resolve, 250));
        }
        return value;
      },
    });
    db.close();
    await guardbee.stop();
    return [
      {
        what: 'logout, 64 at once, durable ÷ bare commits one by one',
        goal: '≥ 3',
        reached: show(ratio(rates.logout, rates.bare)),
        note: `${spread(rates.logout).median.toFixed(0)} ÷ ${spread(rates.bare).median.toFixed(0)} a second, over HTTP, the clients on the same cores`,
      },
      {
        what: 'p99 of verification during that logout load ÷ quiet',
        goal: '≤ 2',
        reached: show(ratio(latencies.logouts, latencies.quiet)),
        note: `${spread(latencies.logouts).median.toFixed(1)} ms ÷ ${spread(latencies.quiet).median.toFixed(1)} ms`,
      },
    ];
  });
}
