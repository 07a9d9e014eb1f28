import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ADMIN } from '../processes.ts';
import { ask, logIn, logOut, verify } from './ask.ts';
import { type Fault, Findings, Impossible } from './fault.ts';
import { withService } from './services.ts';

const HOUR = 3_600;
const STEPS = [1, 60, HOUR, 24 * HOUR, 30 * 24 * HOUR];

/**
 * The machine's clock is set forward, behind the expiry of a token, and back again, further than it was. The monotonic clock goes on
 * as it does on real machines.
 */
export const clockSteps: Fault = {
  name: 'clock set forward and back',
  promise: 'a token that had expired stays dead, others live on; logins and logouts work at each time',
  trials: 50,
  async run(trials) {
    const [library] = globSync('/usr/lib/*/faketime/libfaketime.so.1');
    if (library === undefined) throw new Impossible('needs libfaketime (Debian: apt-get install faketime)');
    const found = new Findings();
    let offsetFile = '';
    const faked = (folder: string): string[] => {
      offsetFile = join(folder, 'offset');
      writeFileSync(offsetFile, '+0');
      const settings = {
        FAKETIME_NO_CACHE: '1',
        DONT_FAKE_MONOTONIC: '1',
        FAKETIME_TIMESTAMP_FILE: offsetFile,
      };
      return ['env', `LD_PRELOAD=${library}`, ...Object.entries(settings).map((one) => one.join('='))];
    };
    await withService(async ({ url }) => {
      // What it says of itself is the time it goes by, which never goes back.
      const now = async (token: string): Promise<number> => {
        const { body } = await ask(url, 'GET', '/v4/status/', { token });
        return Date.parse((JSON.parse(body) as { time: string }).time);
      };
      const admin = await logIn(url);
      const start = Date.now();
      let furthest = 0;
      for (let trial = 0; trial < trials; trial += 1) {
        const step = STEPS[trial % STEPS.length] ?? 1;
        const expiry = new Date((await now(admin)) + (step * 1_000) / 2 + 500).toISOString();
        const short = await shortLived(url, expiry);
        found.expect((await verify(url, short)).status === 200, 'a token was refused before its expiry');
        furthest += step;
        writeFileSync(offsetFile, `+${furthest}`);
        await wait(step < 2 ? 1_000 : 0);
        found.expect(
          (await verify(url, short)).status === 401,
          `a token was accepted after its expiry (step ${step} s)`,
        );
        found.expect((await now(admin)) - start >= furthest * 1_000, 'the service did not see the step');
        writeFileSync(offsetFile, `-${step * (trial + 1)}`);
        found.expect(
          (await verify(url, short)).status === 401,
          `a token came back to life (step back ${step} s)`,
        );
        for (const offset of [`-${step}`, `+${furthest}`]) {
          writeFileSync(offsetFile, offset);
          found.expect(
            (await verify(url, admin)).status === 200,
            `a token without expiry was refused at ${offset} s`,
          );
          const other = await logIn(url);
          found.expect((await verify(url, other)).status === 200, `a new token was refused at ${offset} s`);
          found.expect((await logOut(url, other)).status === 200, `a logout failed at ${offset} s`);
          found.expect(
            (await verify(url, other)).status === 401,
            `a token was accepted after its logout at ${offset} s`,
          );
        }
        found.note('step', step);
      }
    }, faked);
    return found.outcome('s');
  },
};

async function shortLived(url: string, expiry: string): Promise<string> {
  const password_base64 = Buffer.from(ADMIN.password).toString('base64');
  const body = { email: ADMIN.email, password_base64, expiry };
  const { status, body: text } = await ask(url, 'POST', '/v4/auth-tokens/', { body });
  if (status !== 200) throw new Error(`a login with an expiry got ${status}: ${text}`);
  return (JSON.parse(text) as { auth_token: string }).auth_token;
}
