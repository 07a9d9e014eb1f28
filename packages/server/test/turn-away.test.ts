import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { after, before, test } from 'node:test';
import { call, fromConsole, type Reply } from './http.ts';
import { ADMIN, base64, startTestService, type TestService } from './service.ts';

/** What is refused without the framework must be what the framework would have refused, and only when it would have been. */

const ENV = {
  GUARDBEE_TRUSTED_PROXIES: '127.0.0.1',
  GUARDBEE_THROTTLE_SOURCE: '3',
  GUARDBEE_CORS_ORIGINS: 'https://app.example.com',
};
/** As many as the hash queue holds, and those under way. */
const FULL = 129 * availableParallelism();

let service: TestService;
let longWay: TestService;

before(async () => {
  service = await startTestService(ENV, undefined, 'info');
  // The log at debug wants every request, and so nothing is refused before the framework.
  longWay = await startTestService(ENV, undefined, 'debug');
});
after(() => Promise.all([service.close(), longWay.close()]));

let sources = 0;
/** One that nothing has come from yet. */
const newSource = (): string => {
  sources += 1;
  return `10.${sources >> 16}.${(sources >> 8) & 255}.${sources & 255}`;
};

function logIn(
  { url }: TestService,
  {
    email = `somebody-${sources}@example.com`,
    password = 'wrong',
    source = newSource(),
    path = '',
    headers = {},
  },
): Promise<Reply> {
  const body = { email, password_base64: base64(password) };
  return call(url, 'POST', path || '/v4/auth-tokens/', {
    body,
    headers: { 'x-forwarded-for': source, ...headers },
  });
}

/** Keeps the hash queue full; answers when the first is refused. What it answers with ends it, and tells what has come. */
async function crowd(target: TestService): Promise<() => Promise<number[]>> {
  let isOn = true;
  const came = new Set<number>();
  const { promise: full, resolve: isFull } = Promise.withResolvers<void>();
  const one = async (): Promise<void> => {
    while (isOn) {
      const { status } = await logIn(target, {});
      came.add(status);
      if (status === 503) isFull();
    }
  };
  const all = Array.from({ length: FULL + 50 }, one);
  await full;
  return async () => {
    isOn = false;
    await Promise.all(all);
    return [...came].sort();
  };
}

/** Asks until it is refused: a place that has just been freed may be taken by it. */
async function refusedOf(ask: () => Promise<Reply>): Promise<Reply> {
  for (let n = 0; n < 50; n += 1) {
    const reply = await ask();
    if (reply.status === 503 || reply.status === 429) return reply;
  }
  throw new Error('it was let in fifty times');
}

/** Asks for a source that has just been refused; again, where that was so long ago that it may try once more. */
async function closedTo(
  target: TestService,
  ask: (source: string, n: number) => Promise<Reply>,
): Promise<Reply> {
  const source = newSource();
  for (let n = 0; n < 20; n += 1) {
    await refusedOf(() => logIn(target, { source }));
    const reply = await ask(source, n);
    if (reply.status === 429) return reply;
  }
  throw new Error('it was let in twenty times');
}

function comparable({ status, headers, text }: Reply): unknown {
  const { date: _date, 'x-request-id': id, 'retry-after': retryAfter, ...rest } = headers;
  const text_ = JSON.stringify(rest).replace(/;t=\d+/, ';t=');
  assert.match(String(retryAfter), /^[1-9]\d?$/);
  return { status, headers: JSON.parse(text_), text, id: id === 'mine' || id?.length };
}

const ASKED = [
  {},
  { path: '/v4/auth-tokens' },
  { path: '/v4/auth-tokens/?a=b' },
  { headers: { 'x-request-id': 'mine' } },
  { headers: { 'x-request-id': 'not fit' } },
  { headers: { origin: 'https://app.example.com' } },
  { headers: { origin: 'https://other.example.com' } },
];

test('without room, both ways give the same answer, header by header', async () => {
  const answers = async (target: TestService): Promise<unknown[]> => {
    const done = await crowd(target);
    const console = { path: '/console/session/', headers: fromConsole(target.url) };
    const replies = await Promise.all(
      [...ASKED, console].map((asked) => refusedOf(() => logIn(target, { ...asked, source: newSource() }))),
    );
    assert.deepEqual(await done(), [401, 503]);
    return replies.map(comparable);
  };
  const short = await answers(service);
  assert.deepEqual(short, await answers(longWay));
  assert.equal((short[0] as Reply).status, 503);
});

test('of a source that has used up its tries, both ways give the same answer, header by header', async () => {
  const answers = async (target: TestService): Promise<unknown[]> => {
    const replies: unknown[] = [];
    for (const asked of ASKED)
      replies.push(comparable(await closedTo(target, (source) => logIn(target, { ...asked, source }))));
    return replies;
  };
  const short = await answers(service);
  assert.deepEqual(short, await answers(longWay));
  assert.equal((short[0] as Reply).status, 429);
});

test('the body of one that is turned away is not looked at, and the connection goes on', async () => {
  const ask = (source: string, body: string): Promise<Reply> =>
    call(service.url, 'POST', '/v4/auth-tokens/', { body, headers: { 'x-forwarded-for': source } });
  let asked = '';
  for (let n = 0; n < 3; n += 1) {
    await closedTo(service, (source) => {
      asked = source;
      return ask(source, '{'.repeat(20_000));
    });
  }
  service.clock.advance(10_000);
  assert.equal((await ask(asked, '{')).status, 400);
});

test('a source is let in again as soon as it may try', async () => {
  let source = '';
  await closedTo(service, (one) => {
    source = one;
    return logIn(service, { source });
  });
  const { status } = await logIn(service, { email: ADMIN.email, password: ADMIN.password });
  assert.equal(status, 200, 'another one is not kept out');
  service.clock.advance(3_000);
  assert.equal((await logIn(service, { source })).status, 401);
});

test('refusals that wait for their pace keep nobody out: the queue is empty', async () => {
  const email = 'closed@example.com';
  for (let n = 0; n < 5; n += 1) await logIn(service, { email, password: `wrong ${n}` });
  // More than twice what the queue holds, all of them refused by the account, and held up.
  const guess = () => logIn(service, { email, password: 'wrong again' });
  const all = Array.from({ length: 3 * FULL }, guess);
  await Promise.race(all);
  // For each that has been answered, another.
  for (let n = 0; n < 20; n += 1) {
    all.push(...Array.from({ length: 10 }, guess));
    const { status } = await logIn(service, { email: ADMIN.email, password: ADMIN.password });
    assert.equal(status, 200);
  }
  await Promise.all(all);
});

test('logins that never get as far as a hash keep nobody out', async () => {
  for (let round = 0; round < 12; round += 1) {
    const bad = Array.from({ length: FULL / 4 }, () =>
      call(service.url, 'POST', '/v4/auth-tokens/', {
        body: '{',
        headers: { 'x-forwarded-for': newSource() },
      }),
    );
    for (const { status } of await Promise.all(bad)) assert.equal(status, 400);
  }
  assert.equal((await logIn(service, { email: ADMIN.email, password: ADMIN.password })).status, 200);
});

test('one that is turned away is found by its request id, and in the log', async () => {
  const token = (await logIn(service, { email: ADMIN.email, password: ADMIN.password })).body.auth_token;
  // What crowds have left is written: of those without a token no more are kept in between than so many.
  await call(service.url, 'GET', '/v4/requests/', { token });
  let [id, ip] = ['', ''];
  await closedTo(service, (source, n) => {
    [id, ip] = [`turned-away-${n}`, source];
    const secret = { email: 'secret@example.com', password: 'secret of somebody' };
    const headers = { 'x-request-id': id, 'x-giant-swarm-activity': 'login' };
    return logIn(service, { ...secret, source, headers });
  });
  const lines = service
    .log()
    .split('\n')
    .filter((line) => line.includes(id));
  assert.equal(lines.length, 1);
  const line = JSON.parse(lines[0] ?? '');
  assert.deepEqual(
    [line.method, line.route, line.status, line.ip, line.activity],
    ['POST', '/v4/auth-tokens/', 429, ip, 'login'],
  );
  assert.doesNotMatch(service.log(), /secret/);
  const { body } = await call(service.url, 'GET', `/v4/requests/${id}/`, { token });
  assert.equal(body.requests[0].status, 429);
});

test('logins are counted by what became of them, also those turned away', async () => {
  const counted = async (): Promise<number> => {
    const { text } = await call(service.url, 'GET', '/metrics');
    return Number(/^guardbee_logins_total\{outcome="throttled"\} (\d+)$/m.exec(text)?.[1]);
  };
  const source = newSource();
  const before = await counted();
  let throttled = 0;
  for (let n = 0; n < 12; n += 1) throttled += (await logIn(service, { source })).status === 429 ? 1 : 0;
  assert.ok(throttled > 0);
  assert.equal((await counted()) - before, throttled);
});
