import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newTokenString } from '../src/tokens/token-string.ts';
import { type Call, call } from './http.ts';
import { ADMIN, base64, startTestService } from './service.ts';

/**
 * A canary: secrets that occur nowhere else, sent through every flow and failure. Whatever the service keeps, says or
 * logs is then searched for them, in every form in which they travel.
 */

const word = (): string => randomBytes(6).toString('hex');
const phrase = (): string => `canary ${word()} / ${word()} + ${word()} ?`;

function formsOf(secret: string): Record<string, string> {
  const bytes = Buffer.from(secret);
  return {
    plain: secret,
    base64: bytes.toString('base64'),
    base64url: bytes.toString('base64url'),
    hex: bytes.toString('hex'),
    url: encodeURIComponent(secret),
    form: new URLSearchParams({ x: secret }).toString().slice(2),
    json: JSON.stringify(secret).slice(1, -1),
  };
}

test('no password and no token that was ever sent is found in anything the service keeps, says or logs', async (t) => {
  const service = await startTestService({ GUARDBEE_TRUSTED_PROXIES: '127.0.0.1' });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= service.close());
  t.after(close);
  const [right, wrong, next, refused] = [phrase(), phrase(), phrase(), phrase()];
  const said: string[] = [];
  const issued: string[] = [];
  const ask = async (method: string, path: string, options: Call = {}) => {
    const reply = await call(service.url, method, path, options);
    said.push(JSON.stringify([reply.headers, reply.text]));
    return reply;
  };
  const logIn = async (email: string, password: string, options: Call = {}) => {
    const body = { email, password_base64: base64(password) };
    const reply = await call(service.url, 'POST', '/v4/auth-tokens/', { body, ...options });
    if (reply.status === 200) issued.push(reply.body.auth_token);
    else said.push(JSON.stringify([reply.headers, reply.text]));
    return String(reply.body?.auth_token);
  };

  const admin = await logIn(ADMIN.email, ADMIN.password);
  const email = 'canary@example.com';
  await ask('PUT', `/v4/users/${email}/`, { token: admin, body: { password: base64(right) } });
  await ask('PUT', `/v4/users/${email}/`, { token: admin, body: { password: base64(refused) } });
  await ask('PUT', '/v4/users/other@example.com/', { token: admin, body: { password: refused } });
  await ask('PUT', '/v4/users/not%20an%20address/', { token: admin, body: { password: base64(refused) } });

  /** How clients and people leave secrets in headers. */
  const careless = (secret: string, token: string): Record<string, string> => ({
    'x-giant-swarm-cmdline': `gsctl login ${email} --password ${secret} --auth-token=${token}`,
    'x-giant-swarm-activity': `login https://${email}:${encodeURIComponent(secret)}@example.com`,
    'user-agent': `tool/1.0 (token ${token})`,
    'x-request-id': 'canary-1',
    'x-original-method': 'GET',
    'x-original-uri': `/reset/${token}?password=${encodeURIComponent(secret)}`,
    referer: `https://example.com/?password=${encodeURIComponent(secret)}`,
    cookie: `session=${token}`,
  });
  const junk = newTokenString();
  const token = await logIn(email, right, { headers: careless(right, junk) });
  for (let n = 0; n < 7; n++) await logIn(email, wrong, { headers: careless(wrong, junk) });
  await logIn('nobody@example.com', wrong);
  await logIn(wrong, wrong);
  await ask('POST', '/v4/auth-tokens/', { body: { email, password_base64: wrong } });
  await ask('POST', '/v4/auth-tokens/', { body: { email, password: base64(wrong) } });
  await ask('POST', '/v4/auth-tokens/', { body: `{"email":"${email}","password_base64":"${base64(wrong)}` });
  await ask('POST', '/v4/auth-tokens/', { body: `email=${email}&password_base64=${base64(wrong)}` });
  await ask('POST', `/v4/auth-tokens/?password=${encodeURIComponent(wrong)}&token=${token}`, { body: {} });

  for (const presented of [token, junk, `${token}x`, token.slice(0, -2)]) {
    const headers = careless(right, presented);
    for (const [method, path] of [
      ['GET', '/v4/user/'],
      ['GET', '/verify'],
      ['POST', '/verify/orders'],
      ['GET', `/v4/auth-tokens/${presented}/`],
      ['DELETE', `/v4/auth-tokens/${presented}/`],
      ['GET', `/${presented}`],
      ['GET', `/v4/requests/${presented}/`],
      ['GET', `/v4/users/?cursor=${presented}`],
    ] as const) {
      await ask(method, path, { token: presented, headers });
      await ask(method, path, { token: admin, headers });
      await ask(method, path, { headers: { ...headers, authorization: `Bearer ${presented} x` } });
    }
    await ask('POST', '/oauth2/introspect', { token: admin, body: `token=${presented}` });
    await ask('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
      token: admin,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: presented } },
    });
  }
  const change = (current: string, wanted: string) =>
    ask('POST', `/v4/users/${email}/password/`, {
      token,
      body: { current_password_base64: base64(current), new_password_base64: base64(wanted) },
      headers: careless(current, token),
    });
  await change(wrong, next);
  await change(right, right.slice(0, 9));
  service.clock.advance(3_600_000);
  assert.equal((await change(right, next)).status, 202);
  await logIn(email, next);
  await ask('POST', '/oauth2/revoke', { body: `token=${token}` });
  await ask('DELETE', '/v4/auth-tokens/', { token: issued.at(-1) });
  await ask('DELETE', '/v4/auth-tokens/', { token: issued.at(-1) });

  // Everything that tells about it, and everything that lies on the disk.
  for (const path of [
    '/metrics',
    '/v4/audit-events/?limit=1000',
    '/v4/audit-events/export/',
    '/v4/audit-events/export/?format=csv',
    '/v4/activities/',
    '/v4/requests/?limit=1000',
    '/v4/requests/canary-1/',
    '/v4/users/',
    `/v4/users/${email}/auth-tokens/`,
  ]) {
    assert.equal((await ask('GET', path, { token: admin })).status, 200, path);
  }
  const places: Record<string, Buffer> = {
    replies: Buffer.from(said.join('\n')),
    log: Buffer.from(service.log()),
  };
  for (const entry of readdirSync(service.dataDir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) places[entry.name] = readFileSync(join(entry.parentPath, entry.name));
  }
  await close();

  assert.ok(places['guardbee.db-wal'] !== undefined && places['guardbee.db'] !== undefined);
  assert.ok(places.log?.includes('command_line') && places.replies?.includes('canary@example.com'));
  const found: string[] = [];
  for (const secret of [right, wrong, next, refused, junk, ...issued]) {
    for (const [form, text] of Object.entries(formsOf(secret))) {
      for (const [place, bytes] of Object.entries(places))
        if (bytes.includes(text)) found.push(`${secret} (${form}) in ${place}`);
    }
  }
  assert.deepEqual(found, []);
});
