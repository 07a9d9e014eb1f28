import { logIn, logOut, tryLogin, verify } from './ask.ts';
import { type Fault, Findings } from './fault.ts';
import { needs, tamper, withService } from './services.ts';

const DELAY_MS = 300;

/** Each sync to the disk takes 300 ms longer. */
export const slowSync: Fault = {
  name: `each sync takes ${DELAY_MS} ms longer`,
  promise:
    'nothing is acknowledged before its sync; verification is not slowed down, also not by those who wait',
  trials: 20,
  async run(trials) {
    needs('strace', 'strace');
    const found = new Findings();
    await withService(async ({ url, pid }) => {
      const kept = await logIn(url);
      const tokens: string[] = [];
      for (let n = 0; n < trials; n += 1) tokens.push(await logIn(url));
      const mend = await tamper(pid, 'fdatasync,fsync', `delay_enter=${DELAY_MS}ms`);
      try {
        for (const token of tokens) {
          const writes = [tryLogin(url), logOut(url, token)];
          const asked = await Promise.all(Array.from({ length: 50 }, () => verify(url, kept)));
          found.note('verification, the slowest of 50 at once', Math.max(...asked.map(({ ms }) => ms)));
          found.expect(
            asked.every(({ status }) => status === 200),
            'a verification was refused',
          );
          for (const { status, ms } of await Promise.all(writes)) {
            found.expect(status === 200, `a login or logout got ${status}`);
            found.expect(
              ms >= DELAY_MS,
              `a login or logout was answered after ${ms.toFixed(0)} ms, before its sync`,
            );
            found.note('login or logout', ms);
          }
          found.expect((await verify(url, token)).status === 401, 'a token was accepted after its logout');
        }
      } finally {
        await mend();
      }
    });
    return found.outcome();
  },
};
