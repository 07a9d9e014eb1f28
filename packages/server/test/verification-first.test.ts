import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { call } from './http.ts';
import { ADMIN, base64, startTestService } from './service.ts';

const CORES = availableParallelism();

/** Of many logins at a time, how many passwords were hashed at once, at most, while `during` holds. */
async function mostAtOnce(url: string, during: () => Promise<void>): Promise<number> {
  let [isOn, most] = [true, 0];
  const lanes = Array.from({ length: 4 * CORES }, async (_, lane) => {
    for (let n = 0; isOn; n += 1) {
      const body = { email: `nobody-${lane}-${n}@example.com`, password_base64: base64('wrong') };
      const headers = { 'x-forwarded-for': `10.1.${lane}.${n % 250}` };
      const { status } = await call(url, 'POST', '/v4/auth-tokens/', { body, headers });
      assert.ok([401, 429, 503].includes(status), `${status}`);
    }
  });
  const look = (async () => {
    while (isOn) {
      const { text } = await call(url, 'GET', '/metrics');
      most = Math.max(most, Number(/^guardbee_hashes_running (\d+)$/m.exec(text)?.[1]));
      await wait(5);
    }
  })();
  await during();
  isOn = false;
  await Promise.all([...lanes, look]);
  return most;
}

test('while tokens are verified all the time, a core is left to that; else all of them hash', {
  skip: CORES === 1 && 'there is one core only',
}, async (t) => {
  const service = await startTestService({ GUARDBEE_TRUSTED_PROXIES: '127.0.0.1' });
  t.after(() => service.close());
  const body = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
  const token: string = (await call(service.url, 'POST', '/v4/auth-tokens/', { body })).body.auth_token;
  let isOn = true;
  t.after(() => {
    isOn = false;
  });
  const verifying = Array.from({ length: 8 }, async () => {
    while (isOn) {
      assert.equal((await call(service.url, 'GET', '/v4/user/', { token })).status, 200);
      await wait(5);
    }
  });
  await wait(300);
  // What the first logins find is what was before.
  await mostAtOnce(service.url, () => wait(1_000));
  const beside = await mostAtOnce(service.url, () => wait(1_500));
  isOn = false;
  await Promise.all(verifying);
  assert.equal(beside, CORES - 1);
  await wait(300);
  assert.equal(await mostAtOnce(service.url, () => wait(1_500)), CORES);
});
