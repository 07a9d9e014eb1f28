/** What holds while a database can be read, but not written: the same for a full disk, one that turns read-only, a lock. */
import { logIn, logOut, tryLogin, untilLogin, verify } from './ask.ts';
import type { Findings } from './fault.ts';

/** Promised is 2 s; a busy machine gets some more. */
const LATEST_REFUSAL_MS = 3_000;

export interface Broken {
  /** Writes work again from when it resolves. */
  mend(): Promise<void>;
}

/**
 * One trial: with a token made before, breaks the writing, asks, mends, and waits for the first login. `logoutWorks`: what a
 * full disk has a reserve for; elsewhere a logout may be refused, but then it must not have happened.
 */
export async function whileWritesFail(
  url: string,
  found: Findings,
  breakIt: () => Promise<Broken>,
  logoutWorks = false,
): Promise<void> {
  const [kept, ended] = [await logIn(url), await logIn(url)];
  for (const token of [kept, ended]) await verify(url, token);
  const { mend } = await breakIt();
  try {
    const login = await tryLogin(url);
    found.expect(login.status === 503, `a login got ${login.status} while nothing could be written`);
    found.expect(login.ms < LATEST_REFUSAL_MS, `a login was refused after ${login.ms.toFixed(0)} ms`);
    found.note('login refused after', login.ms);
    const asked = await Promise.all(Array.from({ length: 20 }, () => verify(url, kept)));
    found.expect(
      asked.every(({ status }) => status === 200),
      `verification got ${asked.map(({ status }) => status)}`,
    );
    const logout = await logOut(url, ended);
    if (logoutWorks) found.expect(logout.status === 200, `a logout got ${logout.status}`);
    found.expect([200, 503].includes(logout.status), `a logout got ${logout.status}`);
    found.note('logout answered after', logout.ms);
    const after = await verify(url, ended);
    const expected = logout.status === 200 ? 401 : 200;
    found.expect(
      after.status === expected,
      `after a logout with ${logout.status}, the token got ${after.status}`,
    );
  } finally {
    await mend();
  }
  const back = await untilLogin(url);
  found.expect(back !== undefined, 'no login within 10 s of the end of it, without a restart');
  if (back !== undefined) found.note('back after', back);
  found.expect((await logOut(url, kept)).status === 200, 'a logout afterwards failed');
}
