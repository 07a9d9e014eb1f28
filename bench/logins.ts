import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { createHashQueue } from '../packages/server/src/login/hash-queue.ts';
import { attack } from './attack.ts';
import { login, timed } from './clients.ts';
import { verificationP99 } from './load.ts';
import { type Figure, inTurn, ratio, show, spread } from './measure.ts';
import { ADMIN, GUARDBEE, startBare, startGuardbee, startTarget, withFolder } from './processes.ts';

const ROUNDS = 5;
const HASHES = 300;

/** Logins at concurrency 8 against nothing but hashing on all cores, by the same library and parameters. */
export function logins(): Promise<Figure[]> {
  return withFolder(async (folder) => {
    const guardbee = await startGuardbee(undefined, folder);
    const hashes = createHashQueue({ workers: availableParallelism() });
    const hash = await hashes.hash(ADMIN.password);
    // Code that has not run yet is slow: the first logins don't count.
    await timed(HASHES, 8, () => login(guardbee.url));
    const rates = await inTurn(ROUNDS, {
      bare: async () => HASHES / (await timed(HASHES, 8, () => hashes.verify(ADMIN.password, hash))),
      login: async () => HASHES / (await timed(HASHES, 8, () => login(guardbee.url))),
    });
    await hashes.close();
    await guardbee.stop();
    return [
      {
        what: 'login rate at concurrency 8 ÷ bare hash on all cores',
        goal: '≥ 0.95',
        reached: show(ratio(rates.login, rates.bare)),
        note: `${spread(rates.login).median.toFixed(0)} ÷ ${spread(rates.bare).median.toFixed(0)} a second; the clients run on the same cores`,
      },
    ];
  });
}

const FLOOD_ROUNDS = 5;
const SECONDS = 5;

/**
 * Verification at 200 a second while a crowd logs in, against quiet: 50 connections, about what the machine can hash, and 400 that
 * come back at once. And a bare server, with nothing but hashes beside it: the least that two busy cores cost.
 */
export function flood(): Promise<Figure[]> {
  return withFolder(async (folder) => {
    const serve = ['serve', '--listen', '127.0.0.1:0', '--data-dir', folder];
    const command = [
      'env',
      'GUARDBEE_TRUSTED_PROXIES=127.0.0.1',
      'GUARDBEE_LOG_LEVEL=fatal',
      process.execPath,
    ];
    const guardbee = await startTarget([...command, GUARDBEE, ...serve], undefined);
    const authorization = await login(guardbee.url);
    const p99 = (): Promise<number> => verificationP99(guardbee.url, authorization, SECONDS);
    const rates: Record<number, number[]> = { 50: [], 400: [] };
    const under = (connections: number) => async (): Promise<number> => {
      const begin = performance.now();
      const end = attack({ url: guardbee.url, connections });
      await wait(1_000);
      const value = await p99();
      const came = Object.values(await end()).reduce((a, b) => a + b);
      rates[connections]?.push(came / ((performance.now() - begin) / 1_000));
      // What was queued is worked off.
      await wait(2_000);
      return value;
    };
    const bare = await startBare(undefined);
    const hashes = createHashQueue();
    const hash = await hashes.hash(ADMIN.password);
    const barely = (): Promise<number> => verificationP99(bare.url, authorization, SECONDS);
    const besideHashes = async (): Promise<number> => {
      let isOn = true;
      // Enough for all threads to be busy, and few enough for a queue that is bounded by time.
      const hashing = Array.from({ length: 8 }, async () => {
        while (isOn) await hashes.verify('wrong', hash);
      });
      const value = await barely();
      isOn = false;
      await Promise.all(hashing);
      return value;
    };
    await p99();
    const values = await inTurn(FLOOD_ROUNDS, {
      quiet: p99,
      some: under(50),
      many: under(400),
      barely,
      besideHashes,
    });
    await guardbee.stop();
    await bare.stop();
    await hashes.close();
    const figure = (what: string, of: readonly number[], connections: number): Figure => ({
      what,
      goal: '≤ 2',
      reached: show(ratio(of, values.quiet)),
      note: `${spread(of).median.toFixed(1)} ms ÷ ${spread(values.quiet).median.toFixed(1)} ms; ${spread(rates[connections] ?? []).median.toFixed(0)} logins a second`,
    });
    return [
      figure(
        'p99 of verification (open loop, 200 a second) under a flood of 50 logins ÷ quiet',
        values.some,
        50,
      ),
      figure('the same under 400 connections that come back at once', values.many, 400),
      {
        what: 'the same of a bare server, beside nothing but hashes in another process',
        goal: '',
        reached: show(ratio(values.besideHashes, values.barely)),
        note: `${spread(values.besideHashes).median.toFixed(1)} ms ÷ ${spread(values.barely).median.toFixed(1)} ms`,
      },
    ];
  });
}
