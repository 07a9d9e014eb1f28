import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { createHashQueue, type HashQueue } from '../packages/server/src/login/hash-queue.ts';
import { HASH_PARAMETERS } from '../packages/server/src/login/password.ts';
import { attack, type Came } from './attack.ts';
import { login, timed } from './clients.ts';
import { verificationP99 } from './load.ts';
import { type Figure, inTurn, ratio, residentMiB, show, spread } from './measure.ts';
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
/** So many times what the machine can hash, and over so many connections: about what the service holds up at a time. */
const BEYOND = 50;
const CROWD = 2_000;
const LONG_SECONDS = 60;

/**
 * Verification at 200 a second while a crowd logs in, against quiet: 50 connections, about what the machine can hash; 400 that come
 * back at once; and 50 times what the machine can hash. And a bare server, with nothing but hashes beside it, on all cores and on one:
 * the least that hashing costs whoever shares its cores and caches. Then a minute of the last, for what comes back, memory, and how soon all is well again.
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
    const bare = await startBare(undefined);
    const hashes = createHashQueue();
    const oneByOne = createHashQueue({ workers: 1 });
    const hash = await hashes.hash(ADMIN.password);
    const perSecond = Math.round(
      (BEYOND * HASHES) / (await timed(HASHES, 8, () => hashes.verify('wrong', hash))),
    );
    const attacks = {
      some: { connections: 50 },
      many: { connections: 400 },
      beyond: { connections: CROWD, perSecond },
    };
    const authorization = await login(guardbee.url);
    const p99 = (seconds = SECONDS): Promise<number> => verificationP99(guardbee.url, authorization, seconds);
    const came: Record<string, Came[]> = { some: [], many: [], beyond: [] };
    const under =
      (name: keyof typeof attacks, seconds = SECONDS) =>
      async (): Promise<number> => {
        const end = attack({ url: guardbee.url, ...attacks[name] });
        await wait(2_000);
        const value = await p99(seconds);
        came[name]?.push(await end());
        return value;
      };
    const calm = async (): Promise<number> => {
      // What was queued is worked off.
      await wait(2_000);
      return p99();
    };
    const barely = (): Promise<number> => verificationP99(bare.url, authorization, SECONDS);
    const beside = (queue: HashQueue) => async (): Promise<number> => {
      let isOn = true;
      // Enough for all threads to be busy, and few enough for a queue that is bounded by time.
      const hashing = Array.from({ length: 8 }, async () => {
        while (isOn) await queue.verify('wrong', hash);
      });
      const value = await barely();
      isOn = false;
      await Promise.all(hashing);
      return value;
    };
    // So that all threads that hash have begun: idle is how it is afterwards too.
    await timed(HASHES, 8, () => login(guardbee.url));
    await p99();
    const idle = residentMiB(guardbee.pid);
    const values = await inTurn(FLOOD_ROUNDS, {
      quiet: calm,
      some: under('some'),
      many: under('many'),
      beyond: under('beyond'),
      barely,
      besideHashes: beside(hashes),
      besideOne: beside(oneByOne),
    });
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, residentMiB(guardbee.pid));
    }, 100);
    const long = await under('beyond', LONG_SECONDS)();
    clearInterval(watch);
    const recovered = await timeOf(() => comesBack(guardbee.url));
    await guardbee.stop();
    await bare.stop();
    await hashes.close();
    await oneByOne.close();
    const all = Object.values(came).flat();
    const count = (among: readonly Came[], of: (status: string) => boolean): number =>
      among
        .flatMap(({ statuses }) => Object.entries(statuses))
        .reduce((sum, [status, n]) => sum + (of(status) ? n : 0), 0);
    const figure = (what: string, name: keyof typeof attacks): Figure => ({
      what,
      goal: '≤ 2',
      reached: show(ratio(values[name], values.quiet)),
      note: `${spread(values[name]).median.toFixed(1)} ms ÷ ${spread(values.quiet).median.toFixed(1)} ms; ${spread((came[name] ?? []).map((one) => count([one], () => true) / one.seconds)).median.toFixed(0)} logins answered a second`,
    });
    const bareFigure = (what: string, name: 'besideHashes' | 'besideOne'): Figure => ({
      what,
      goal: '',
      reached: show(ratio(values[name], values.barely)),
      note: `${spread(values[name]).median.toFixed(1)} ms ÷ ${spread(values.barely).median.toFixed(1)} ms`,
    });
    return [
      figure('p99 of verification (open loop, 200 a second) under a flood of 50 logins ÷ quiet', 'some'),
      figure('the same under 400 connections that come back at once', 'many'),
      figure(
        `the same under ${BEYOND} times what can be hashed, ${perSecond} logins a second over ${CROWD} connections`,
        'beyond',
      ),
      bareFigure('the same of a bare server, beside nothing but hashes in another process', 'besideHashes'),
      bareFigure('and beside no more than one hash at a time', 'besideOne'),
      {
        what: `${BEYOND} times what can be hashed, for ${LONG_SECONDS} s: p99 of verification ÷ quiet`,
        goal: '≤ 2',
        reached: (long / spread(values.quiet).median).toFixed(2),
        note: `${long.toFixed(1)} ms`,
      },
      {
        what: 'all these floods: answers other than 401 (hashed), 429 and 503; of those two, without Retry-After',
        goal: '0; 0',
        reached: `${count(all, (status) => !['401', '429', '503'].includes(status))}; ${all.reduce((sum, one) => sum + one.withoutRetryAfter, 0)}`,
        note: `of ${count(all, () => true)}, ${count(all, (status) => status === '401')} of them hashed`,
      },
      {
        what: 'memory at its most, in MiB',
        goal: `≤ ${(idle + (availableParallelism() * HASH_PARAMETERS.memoryKiB) / 1024 + 64).toFixed(0)}`,
        reached: most.toFixed(0),
        note: `${idle.toFixed(0)} before, and for each worker 19, and 64`,
      },
      { what: 'a login again after the flood, ms', goal: '≤ 5000', reached: recovered.toFixed(0) },
    ];
  });
}

async function comesBack(url: string): Promise<void> {
  for (;;) {
    const isBack = await login(url).then(
      () => true,
      () => false,
    );
    if (isBack) return;
    await wait(50);
  }
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
