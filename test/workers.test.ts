import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { ADMIN, base64, type RunningService, serve, temporaryFolder } from './guardbee.ts';
import { addTokens, withStore } from './tokens.ts';

/** 20000 in the long run. */
const LOGOUTS = Number(process.env.GUARDBEE_TRIALS ?? 120);
const CONNECTIONS = 32;
const ENVIRONMENT = { GUARDBEE_THROTTLE_SOURCE: '1000000', GUARDBEE_WORKERS: '2' };

interface Reply {
  readonly status: number;
  readonly body: string;
}

/** One connection that is kept, so that all of its requests go to one worker; a broken one is opened anew. */
function openConnection(service: RunningService) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (method: string, path: string, token?: string, body?: object): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const headers = {
        ...(token === undefined ? {} : { authorization: `giantswarm ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      };
      const sent = request(service.url + path, { method, agent, headers }, (reply) => {
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (part) => {
          text += part;
        });
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body: text }));
        reply.on('error', reject);
      });
      sent.on('error', reject);
      // A connection that was on its way to a worker when that died is answered by nobody.
      sent.setTimeout(10_000, () => sent.destroy(new Error('no answer')));
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return { ask, close: () => agent.destroy() };
}

type Connection = ReturnType<typeof openConnection>;

async function logIn({ ask }: Connection): Promise<string> {
  const body = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
  const reply = await ask('POST', '/v4/auth-tokens/', undefined, body);
  assert.equal(reply.status, 200, reply.body);
  return JSON.parse(reply.body).auth_token;
}

async function verifications({ ask }: Connection): Promise<Map<string, number>> {
  const { body } = await ask('GET', '/metrics');
  const found = body.matchAll(
    /^guardbee_verifications_total\{path="(?:memory|database)",outcome="accepted",worker="(\d+)"\} (\d+)$/gm,
  );
  const counts = new Map<string, number>();
  for (const [, worker = '', count] of found) counts.set(worker, (counts.get(worker) ?? 0) + Number(count));
  return counts;
}

/** The worker processes of a service, by their parent. */
function workersOf(service: RunningService): number[] {
  const pid = service.process.pid;
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const begin = performance.now();
  while (!(await holds())) {
    assert.ok(performance.now() - begin < 15_000, what);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const skip = process.platform === 'linux' ? false : 'finds the workers by /proc';

test(`of two workers none accepts a token after its logout was answered by either, ${LOGOUTS} times, one of them killed in the middle`, {
  skip,
}, async (t) => {
  using folder = temporaryFolder();
  const service = await serve(folder.path, ENVIRONMENT);
  const [first, second] = [openConnection(service), openConnection(service)];
  const connections = Array.from({ length: CONNECTIONS }, () => openConnection(service));
  await until('the first administrator is told', () => service.stdout().includes('has been created'));
  assert.equal(service.stdout().match(/has been created/g)?.length, 1);

  const keysDir = join(folder.path, 'keys');
  const tokens = await withStore(`sqlite:${join(folder.path, 'guardbee.db')}`, keysDir, (store) =>
    addTokens(store, keysDir, LOGOUTS),
  );

  // What is asked about now, and the instant at which its logout was answered.
  const living: { token: string; ended: number }[] = [];
  const violations: string[] = [];
  let [isOn, asked, accepted, broken, latest] = [true, 0, 0, 0, 0];
  t.after(() => {
    isOn = false;
  });
  const verifying = connections.map(async ({ ask }, n) => {
    while (isOn) {
      const one = living[(n + asked) % Math.max(living.length, 1)];
      if (one === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        continue;
      }
      const begin = performance.now();
      try {
        const { status } = await ask('GET', '/v4/user/', one.token);
        asked += 1;
        if (status !== 200) continue;
        accepted += 1;
        if (begin > one.ended) violations.push(`invoked ${begin - one.ended} ms after the logout's end`);
        else latest = Math.max(latest, begin - one.ended);
      } catch {
        broken += 1;
      }
    }
  });

  const [victim] = workersOf(service);
  assert.ok(victim !== undefined && workersOf(service).length === 2);
  for (let done = 0; done < LOGOUTS; done += 4) {
    const batch = tokens.slice(done, done + 4).map((token) => ({ token, ended: Number.POSITIVE_INFINITY }));
    living.splice(0, Math.max(0, living.length - 8));
    living.push(...batch);
    await new Promise((resolve) => setTimeout(resolve, 8));
    await Promise.all(
      batch.map(async (one, n) => {
        const { ask } = n % 2 ? second : first;
        const { status } = await again(() => ask('DELETE', '/v4/auth-tokens/', one.token));
        // A worker that died may have ended it without an answer.
        assert.ok(status === 200 || (status === 401 && broken > 0), String(status));
        one.ended = performance.now();
      }),
    );
    if (done <= LOGOUTS / 2 && LOGOUTS / 2 < done + 4) process.kill(victim, 'SIGKILL');
  }
  isOn = false;
  await Promise.all(verifying);
  assert.deepEqual(violations, []);
  assert.ok(accepted > LOGOUTS && broken > 0, `${accepted} accepted, ${broken} broken`);
  await until('the dead worker is replaced', () => workersOf(service).length === 2);
  assert.match(service.stderr(), /a worker has died/);
  t.diagnostic(`${asked} verifications, ${accepted} accepted, ${broken} connections broken`);

  // In the anchor, whichever worker answered.
  const endings = readFileSync(join(folder.path, 'keys', 'anchor'), 'utf8').match(/"token":/g)?.length ?? 0;
  assert.ok(endings >= LOGOUTS);
  for (const { close } of [...connections, first, second]) close();
  assert.equal(await service.stop(), 0);
});

/** Once more, on a new connection, when the worker died under it. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return work();
  }
}

test('whichever worker is asked, /metrics tells of all of them', { skip }, async () => {
  using folder = temporaryFolder();
  const service = await serve(folder.path, ENVIRONMENT);
  const connections = Array.from({ length: 8 }, () => openConnection(service));
  const [first] = connections;
  assert.ok(first);
  const token = await logIn(first);
  for (const { ask } of connections) {
    for (let n = 0; n < 5; n += 1) assert.equal((await ask('GET', '/v4/user/', token)).status, 200);
  }
  for (const connection of connections) {
    const counts = await verifications(connection);
    assert.deepEqual([...counts.keys()].sort(), ['1', '2']);
    assert.ok(
      [...counts.values()].every((count) => count > 0),
      'both have been at work',
    );
    assert.equal(
      [...counts.values()].reduce((a, b) => a + b),
      40,
    );
  }
  for (const { close } of connections) close();
  // What the process that started them knows.
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  assert.equal(metrics.match(/^guardbee_audit_anchor_lag_seconds [\d.e-]+$/gm)?.length, 1);
  assert.equal(await service.stop(), 0);
});

test('all end together: on SIGTERM in order, and when the process that started them is killed', {
  skip,
}, async () => {
  using folder = temporaryFolder();
  const service = await serve(folder.path, ENVIRONMENT);
  const workers = workersOf(service);
  await assert.rejects(serve(folder.path, ENVIRONMENT), /in use by another Guardbee/);
  assert.equal(await service.stop('SIGKILL'), 'SIGKILL');
  await until('the workers are gone', () => !workers.some(isAlive));
  const next = await serve(folder.path, ENVIRONMENT);
  const others = workersOf(next);
  const connection = openConnection(next);
  const token = await logIn(connection);
  assert.equal((await connection.ask('GET', '/readyz')).status, 200);
  assert.equal((await connection.ask('GET', '/v4/user/', token)).status, 200);
  connection.close();
  assert.equal(await next.stop(), 0);
  assert.ok(!others.some(isAlive));
});

test('what cannot be started ends the start with its reason', { skip }, async () => {
  using folder = temporaryFolder();
  const env = { GUARDBEE_DATABASE_URL: 'postgres://nobody@127.0.0.1/nothing' };
  await assert.rejects(
    serve(folder.path, { ...ENVIRONMENT, ...env }),
    /ended with 78.*start several services instead/s,
  );
  await assert.rejects(serve(folder.path, { GUARDBEE_WORKERS: 'many' }), /ended with 78.*1 to 64/s);
  const taken = await serve(folder.path, ENVIRONMENT);
  const address = new URL(taken.url).host;
  using other = temporaryFolder();
  await assert.rejects(serve(other.path, ENVIRONMENT, ['--listen', address]), /EADDRINUSE/);
  assert.equal(await taken.stop(), 0);
});
