import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call } from './http.ts';
import { ADMIN, base64, startTestService } from './service.ts';

const forged = {
  'x-forwarded-for': '203.0.113.9, 198.51.100.7',
  'x-original-method': 'DELETE',
  'x-original-uri': '/orders/7?key=secret-of-theirs',
};

async function lastUse(env: Record<string, string>, headers: Record<string, string> = forged) {
  const service = await startTestService(env);
  const body = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
  const { auth_token: token } = (await call(service.url, 'POST', '/v4/auth-tokens/', { body })).body;
  await call(service.url, 'GET', '/verify', { headers });
  const { body: tokens } = await call(service.url, 'GET', '/v4/auth-tokens/', { token, headers });
  const log = service.log();
  await service.close();
  return { ip: tokens[0].last_used.ip, log };
}

test('what a proxy says of a client and its request counts only from a trusted proxy, read from the right', async () => {
  const direct = await lastUse({});
  assert.equal(direct.ip, '127.0.0.1');
  assert.doesNotMatch(direct.log, /orders|203\.0\.113|198\.51\.100/);
  const other = await lastUse({ GUARDBEE_TRUSTED_PROXIES: '10.0.0.0/8' });
  assert.equal(other.ip, '127.0.0.1');
  assert.doesNotMatch(other.log, /orders/);
  const trusted = await lastUse({ GUARDBEE_TRUSTED_PROXIES: '127.0.0.1' });
  assert.equal(trusted.ip, '198.51.100.7');
  assert.match(trusted.log, /"original":"DELETE \/orders\/7"/);
  assert.doesNotMatch(trusted.log, /secret-of-theirs/);
  const chain = await lastUse({ GUARDBEE_TRUSTED_PROXIES: '127.0.0.1,198.51.100.0/24' });
  assert.equal(chain.ip, '203.0.113.9');
});

test('a port that a proxy has added makes nobody else of a client, and what is no address is nobody', async () => {
  const from = async (forwarded: string): Promise<unknown> =>
    (
      await lastUse(
        { GUARDBEE_TRUSTED_PROXIES: '127.0.0.1,198.51.100.0/24' },
        { 'x-forwarded-for': forwarded },
      )
    ).ip;
  assert.equal(await from('203.0.113.9:4711'), '203.0.113.9');
  assert.equal(await from('203.0.113.9:4711, 198.51.100.7:80'), '203.0.113.9');
  assert.equal(await from('[2001:db8::9]:4711'), '2001:db8::9');
  assert.equal(await from('<script>'), '127.0.0.1');
});
