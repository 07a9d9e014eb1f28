import { availableParallelism } from 'node:os';
import { createHashQueue } from '../packages/server/src/login/hash-queue.ts';
import { login, timed } from './clients.ts';
import { verificationP99 } from './load.ts';
import { type Figure, inTurn, ratio, show, spread } from './measure.ts';
import { ADMIN, startGuardbee, withFolder } from './processes.ts';

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

/** Verification at 200 a second while 50 logins hammer, against quiet. */
export function flood(): Promise<Figure[]> {
  return withFolder(async (folder) => {
    const guardbee = await startGuardbee(undefined, folder);
    const authorization = await login(guardbee.url);
    const p99 = (): Promise<number> => verificationP99(guardbee.url, authorization, SECONDS);
    const values = await inTurn(FLOOD_ROUNDS, {
      quiet: p99,
      flood: async () => {
        let on = true;
        const body = JSON.stringify({
          email: ADMIN.email,
          password_base64: Buffer.from('wrong').toString('base64'),
        });
        const attack = Array.from({ length: 50 }, async () => {
          while (on)
            await fetch(`${guardbee.url}/v4/auth-tokens/`, { method: 'POST', body }).then((reply) =>
              reply.arrayBuffer(),
            );
        });
        const value = await p99();
        on = false;
        await Promise.all(attack);
        return value;
      },
    });
    await guardbee.stop();
    return [
      {
        what: 'p99 of verification (open loop, 200 a second) under a flood of 50 logins ÷ quiet',
        goal: '≤ 2',
        reached: show(ratio(values.flood, values.quiet)),
        note: `${spread(values.flood).median.toFixed(1)} ms ÷ ${spread(values.quiet).median.toFixed(1)} ms`,
      },
    ];
  });
}
