import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Call, call, type Reply } from './http.ts';
import { ADMIN, base64, startTestService, type TestService } from './service.ts';

/** What somebody gains who guesses passwords, and what it costs those who don't. The real service, its real clock. */

const PASSWORD = 'a pass phrase for everybody';
const HOUR = 3_600_000;

let service: TestService;
let admin: string;

before(async () => {
  // The tests stand behind a proxy that they play themselves: an address is a header.
  service = await startTestService({ GUARDBEE_TRUSTED_PROXIES: '127.0.0.1' }, undefined, 'info');
  admin = (await logIn(ADMIN.email, ADMIN.password, '192.0.2.1')).body.auth_token;
});
after(() => service.close());

function logIn(email: string, password: string, address: string): Promise<Reply> {
  const body = { email, password_base64: base64(password) };
  return call(service.url, 'POST', '/v4/auth-tokens/', { body, headers: { 'x-forwarded-for': address } });
}

const asAdmin = (method: string, path: string, options: Call = {}): Promise<Reply> =>
  call(service.url, method, path, { token: admin, ...options });

async function addUser(email: string): Promise<string> {
  const { status } = await asAdmin('PUT', `/v4/users/${email}/`, { body: { password: base64(PASSWORD) } });
  assert.equal(status, 201);
  return email;
}

async function hashes(): Promise<number> {
  const { text } = await call(service.url, 'GET', '/metrics');
  return Number(/^guardbee_password_hashes_total (\d+)$/m.exec(text)?.[1]);
}

async function auditEvents(query: string): Promise<{ event: string; details: Record<string, unknown> }[]> {
  return (await asAdmin('GET', `/v4/audit-events/?${query}`)).body;
}

const statuses = (replies: readonly Reply[]): number[] =>
  [...new Set(replies.map(({ status }) => status))].sort();

for (const [kind, email] of [
  ['an account', 'target@example.com'],
  ['an account that does not exist', 'nobody-here@example.com'],
] as const) {
  for (const [how, passwordOf] of [
    ['different passwords', (n: number) => `wrong guess ${n}`],
    ['the same password', () => 'always the same wrong guess'],
  ] as const) {
    test(`of 200 parallel guesses with ${how} at ${kind}, five are hashed`, async () => {
      const target = `${how.replaceAll(' ', '-')}-${email}`;
      if (!email.startsWith('nobody')) await addUser(target);
      const hashed = await hashes();
      const replies = await Promise.all(
        Array.from({ length: 200 }, (_, n) => logIn(target, passwordOf(n), `198.51.100.${n}`)),
      );
      assert.equal((await hashes()) - hashed, 5);
      assert.deepEqual(statuses(replies), [401, 429]);
      for (const { headers, body, status } of replies) {
        if (status !== 429) continue;
        assert.equal(body.code, 'TOO_MANY_REQUESTS');
        assert.match(String(headers['retry-after']), /^[1-9]\d*$/);
        assert.equal(headers['ratelimit-policy'], '"login";q=100;w=300');
        assert.match(String(headers.ratelimit), /^"login";r=0;t=[1-9]\d*$/);
      }
    });
  }
}

test('60 parallel logins with the right password all succeed, also from a new device', async () => {
  const email = await addUser('parallel@example.com');
  const replies = await Promise.all(Array.from({ length: 60 }, () => logIn(email, PASSWORD, '203.0.113.80')));
  assert.deepEqual(statuses(replies), [200]);
});

test('of 60 parallel guesses from one source, with one password, three are hashed', async () => {
  const email = await addUser('one-source@example.com');
  const hashed = await hashes();
  const replies = await Promise.all(Array.from({ length: 60 }, () => logIn(email, 'wrong', '203.0.113.81')));
  assert.deepEqual(statuses(replies), [401, 429]);
  assert.equal((await hashes()) - hashed, 3);
});

test('an account that exists and one that does not are throttled with the same words', async () => {
  const there = await addUser('throttled@example.com');
  const seen = async (email: string) => {
    const replies: unknown[] = [];
    for (let n = 0; n < 8; n++) {
      const { status, headers, text } = await logIn(email, `wrong ${n}`, '203.0.113.1');
      const { date: _date, 'x-request-id': _id, ...rest } = headers;
      replies.push({ status, text, rest });
    }
    return replies;
  };
  assert.deepEqual(await seen(there), await seen('not-there@example.com'));
});

test('the owner still logs in from a known device while 50 sources make 1,000 guesses', async () => {
  const email = await addUser('attacked@example.com');
  const home = '192.0.2.77';
  assert.equal((await logIn(email, PASSWORD, home)).status, 200);
  let running = true;
  const attack = Array.from({ length: 50 }, async (_, source) => {
    for (let n = 0; n < 20; n++) await logIn(email, `guess ${source} ${n}`, `198.51.100.${source}`);
  });
  const attacked = Promise.all(attack).finally(() => {
    running = false;
  });
  // Asked at once: on a slow machine the wait is over before the owner's logins are.
  const elsewhere = attacked.then(() => logIn(email, PASSWORD, '192.0.2.78'));
  const times: number[] = [];
  let during = 0;
  for (let n = 0; n < 100; n++) {
    if (running) during += 1;
    const begin = performance.now();
    const { status } = await logIn(email, PASSWORD, home);
    if (status === 200) times.push(performance.now() - begin);
  }
  const unknown = await elsewhere;
  assert.ok(during > 0, 'the attack was over before the owner came');
  assert.ok(times.filter((ms) => ms < 3_000).length >= 99, `${times.length} logins`);
  assert.equal(unknown.status, 429, 'an unknown device has to wait');
});

test('a new e-mail leaves neither the failures behind nor the known device, and gives neither to who has the old one next', async () => {
  const home = '192.0.2.90';
  const token = (await logIn(await addUser('mover@example.com'), PASSWORD, home)).body.auth_token;
  let email = 'mover@example.com';
  const moveTo = async (next: string): Promise<void> => {
    const reply = await call(service.url, 'PATCH', `/v4/users/${email}/`, { token, body: { email: next } });
    assert.equal(reply.status, 200);
    email = next;
  };
  const guess = async (n: number): Promise<number> => {
    const body = { current_password_base64: base64(`guess ${n}`), new_password_base64: base64(PASSWORD) };
    const headers = { 'x-forwarded-for': `198.51.100.${n}` };
    return (await call(service.url, 'POST', `/v4/users/${email}/password/`, { token, body, headers })).status;
  };
  const seen: number[] = [];
  for (let n = 0; n < 12; n += 1) {
    seen.push(await guess(n));
    if (n % 2 === 1) await moveTo(`mover-${n}@example.com`);
  }
  assert.deepEqual(seen, [...Array(5).fill(401), ...Array(7).fill(429)]);
  assert.equal((await logIn(email, PASSWORD, '198.51.100.200')).status, 429);
  assert.equal((await logIn(email, PASSWORD, home)).status, 200, 'the device is still known');

  // Whoever comes to an e-mail that was somebody's has a lane of their own, and no failures.
  await moveTo('mover-far@example.com');
  const heir = await addUser('mover-9@example.com');
  for (let n = 0; n < 5; n += 1)
    assert.equal((await logIn(heir, `wrong ${n}`, '198.51.100.201')).status, 401);
  assert.equal((await logIn(heir, PASSWORD, home)).status, 429, 'no device of theirs');
});

test('a wait is doubled with each failure, and over when it is over', async () => {
  const email = await addUser('waiting@example.com');
  const guess = async (n: number) => logIn(email, `guess ${n}`, '203.0.113.20');
  for (let n = 0; n < 5; n++) assert.equal((await guess(n)).status, 401);
  for (const [n, seconds] of [10, 20, 40, 80].entries()) {
    const refused = await guess(10 + n);
    assert.equal(refused.status, 429);
    assert.ok(Math.abs(Number(refused.headers['retry-after']) - seconds) <= 2, `${seconds} s`);
    service.clock.advance((seconds + 1) * 1_000);
    assert.equal((await guess(20 + n)).status, 401);
  }
  service.clock.advance(HOUR);
  assert.equal((await logIn(email, PASSWORD, '203.0.113.20')).status, 200);
  assert.equal((await guess(99)).status, 401, 'a success starts the count anew');
});

test('the same wrong password again and again counts once', async () => {
  const email = await addUser('stale-script@example.com');
  for (let n = 0; n < 12; n++)
    assert.equal((await logIn(email, 'the old pass phrase', '203.0.113.30')).status, 401);
  assert.equal((await logIn(email, PASSWORD, '203.0.113.31')).status, 200);
});

test('upper case, and addresses of one IPv6 /64, get no tries of their own', async () => {
  const email = await addUser('variants@example.com');
  for (let n = 0; n < 5; n++)
    await logIn(n % 2 ? email.toUpperCase() : email, `guess ${n}`, `2001:db8:1:2::${n + 1}`);
  assert.equal((await logIn('Variants@Example.COM', 'guess', '2001:db8:1:2:ffff::1')).status, 429);
  assert.equal((await logIn(email, PASSWORD, '203.0.113.40')).status, 429);
});

test('asking for the current password is a door like any other', async () => {
  const email = await addUser('insider@example.com');
  const { auth_token: token } = (await logIn(email, PASSWORD, '203.0.113.50')).body;
  const change = (current: string) =>
    call(service.url, 'POST', `/v4/users/${email}/password/`, {
      token,
      body: {
        current_password_base64: base64(current),
        new_password_base64: base64('another long pass phrase'),
      },
      headers: { 'x-forwarded-for': '203.0.113.51' },
    });
  for (let n = 0; n < 5; n++) assert.equal((await change(`guess ${n}`)).body.code, 'INVALID_CREDENTIALS');
  assert.equal((await change(PASSWORD)).status, 429);
  assert.equal((await logIn(email, PASSWORD, '203.0.113.52')).status, 429);
  assert.equal((await logIn(email, PASSWORD, '203.0.113.50')).status, 200, 'the known device goes on');
});

test('100 failures in a row close an account to unknown devices until an administrator opens it', async () => {
  const email = await addUser('closed@example.com');
  const home = '192.0.2.90';
  assert.equal((await logIn(email, PASSWORD, home)).status, 200);
  let failures = 0;
  for (let n = 0; n < 120; n++) {
    if ((await logIn(email, `guess ${n}`, `203.0.113.${n}`)).status === 401) failures += 1;
    service.clock.advance(HOUR);
  }
  assert.equal(failures, 100);
  service.clock.advance(24 * HOUR);
  const refused = await logIn(email, PASSWORD, '192.0.2.91');
  assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '3600']);
  assert.equal((await logIn(email, PASSWORD, home)).status, 200);
  const shown = await asAdmin('GET', `/v4/users/${email}/`);
  assert.equal(shown.body.locked_until, '9999-12-31T23:59:59Z');
  assert.ok((await auditEvents(`event=user.locked&subject=${email}`)).length > 0);

  assert.equal((await asAdmin('DELETE', `/v4/users/${email}/lock/`)).body.code, 'RESOURCE_DELETED');
  assert.equal((await asAdmin('GET', `/v4/users/${email}/`)).body.locked_until, null);
  assert.equal((await logIn(email, PASSWORD, '192.0.2.91')).status, 200);
  assert.equal((await auditEvents(`event=user.unlocked&subject=${email}`)).length, 1);
  assert.equal(
    (await asAdmin('DELETE', `/v4/users/${email}/lock/`)).status,
    200,
    'once more changes nothing',
  );
  assert.equal((await auditEvents(`event=user.unlocked&subject=${email}`)).length, 1);
});

test('a new password opens the account', async () => {
  const email = await addUser('reset@example.com');
  for (let n = 0; n < 6; n++) await logIn(email, `guess ${n}`, '203.0.113.60');
  assert.equal((await logIn(email, PASSWORD, '203.0.113.61')).status, 429);
  const body = { new_password_base64: base64('a fresh pass phrase for all') };
  assert.equal((await asAdmin('POST', `/v4/users/${email}/password/`, { body })).status, 202);
  assert.equal((await logIn(email, 'a fresh pass phrase for all', '203.0.113.61')).status, 200);
});

test('one source that tries one password at many accounts runs out of tries, whatever a stranger writes into headers', async () => {
  const spraying = await startTestService({ GUARDBEE_THROTTLE_SOURCE: '10' }, undefined, 'info');
  try {
    const seen: number[] = [];
    for (let n = 0; n < 14; n++) {
      const { status } = await call(spraying.url, 'POST', '/v4/auth-tokens/', {
        body: { email: `account-${n}@example.com`, password_base64: base64('Summer2026!') },
        headers: { 'x-forwarded-for': `198.51.100.${n}`, forwarded: `for=198.51.100.${n}` },
      });
      seen.push(status);
    }
    assert.deepEqual(seen, [...Array(10).fill(401), ...Array(4).fill(429)]);
    spraying.clock.advance(3_000);
    const body = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
    assert.equal((await call(spraying.url, 'POST', '/v4/auth-tokens/', { body })).status, 200);
    assert.equal(
      (await call(spraying.url, 'POST', '/v4/auth-tokens/', { body })).status,
      200,
      'a success costs none',
    );
  } finally {
    await spraying.close();
  }
});

test('a failed login leaves its event, with the reason and without a word of what was typed', async () => {
  const email = await addUser('noted@example.com');
  await logIn(email, 'a very wrong guess', '203.0.113.70');
  await logIn('my-password-in-the-wrong-box@example.com', 'x', '203.0.113.70');
  const [event] = await auditEvents(`event=login.failed&subject=${email}`);
  assert.equal(event?.details.reason, 'wrong_password');
  const all = JSON.stringify(await auditEvents('limit=1000'));
  assert.doesNotMatch(all, /very wrong|in-the-wrong-box/);
});
