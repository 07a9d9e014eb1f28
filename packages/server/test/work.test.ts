import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Session } from 'node:inspector/promises';
import type { AddressInfo } from 'node:net';
import { StatementSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { call } from './http.ts';
import { ADMIN, base64, startTestService, type TestService } from './service.ts';

/** What a request costs, in work that can be counted and not in time: so that a change that makes it dearer is noticed. */

const REQUESTS = 2_000;

let service: TestService;
let token: string;
before(async () => {
  service = await startTestService({}, undefined, 'info');
  token = await logIn();
});
after(() => service.close());

async function logIn(): Promise<string> {
  const body = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
  return (await call(service.url, 'POST', '/v4/auth-tokens/', { body })).body.auth_token;
}

/** Another process asks, so that nothing of the asking is counted: one request after the other on one connection. */
async function askMany(
  path: string,
  credential: string,
  count: number,
  base = service.url,
): Promise<Record<string, number>> {
  const script = `
    const http = require('node:http');
    const [, url, authorization, count] = process.argv;
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const seen = {};
    const ask = (left) => left === 0 ? (agent.destroy(), console.log(JSON.stringify(seen)))
      : http.get(url, { agent, headers: { authorization } }, (reply) => {
          seen[reply.statusCode] = (seen[reply.statusCode] ?? 0) + 1;
          reply.resume().on('end', () => ask(left - 1));
        });
    ask(Number(count));`;
  const args = ['-e', script, `${base}${path}`, `Bearer ${credential}`, String(count)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await once(child, 'close');
  return JSON.parse(text);
}

interface Work {
  /** SQL statements on the main thread. */
  readonly statements: number;
  /** Messages to other threads: batches of writes, hashes. */
  readonly messages: number;
  /** Bytes of objects on the main thread's heap, sampled. */
  readonly bytes: number;
}

const METHODS = ['get', 'all', 'run', 'iterate'] as const;

async function workOf(act: () => Promise<unknown>): Promise<Work> {
  let [statements, messages] = [0, 0];
  const methods = StatementSync.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  const originals = METHODS.map((name) => [name, methods[name]] as const);
  for (const [name, original] of originals)
    methods[name] = function (this: unknown, ...args) {
      statements += 1;
      return original?.apply(this, args);
    };
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (...args: Parameters<typeof postMessage>) {
    messages += 1;
    postMessage.apply(this, args);
  };
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: 512,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  try {
    await act();
    const { profile } = await session.post('HeapProfiler.stopSampling');
    return { statements, messages, bytes: sizeOf(profile.head) };
  } finally {
    session.disconnect();
    Worker.prototype.postMessage = postMessage;
    for (const [name, original] of originals) if (original !== undefined) methods[name] = original;
  }
}

interface Node {
  readonly selfSize: number;
  readonly children: readonly Node[];
}

function sizeOf({ selfSize, children }: Node): number {
  return children.reduce((sum, child) => sum + sizeOf(child), selfSize);
}

/** What Node's own server allocates for a request with the same answer. */
async function bareBytes(): Promise<number> {
  const { text } = await call(service.url, 'GET', '/v4/user/', { token });
  const bare = createServer((_request, reply) => {
    reply.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    reply.end(text);
  });
  await once(bare.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(bare.address() as AddressInfo).port}`;
  await askMany('/', '', 500, url);
  const { bytes } = await workOf(() => askMany('/', '', REQUESTS, url));
  bare.close();
  return bytes / REQUESTS;
}

test('a remembered verification: one look at the file, no other thread, little garbage', async (t) => {
  const bare = await bareBytes();
  for (const path of ['/v4/user/', '/verify']) {
    assert.deepEqual(await askMany(path, token, 500), { 200: 500 });
    const { statements, messages, bytes } = await workOf(() => askMany(path, token, REQUESTS));
    const times = bytes / REQUESTS / bare;
    t.diagnostic(
      `${path}: ${statements} statements, ${messages} messages, ${times.toFixed(2)} times the bytes of a bare request`,
    );
    assert.ok(statements <= REQUESTS * 1.01, `${statements} statements for ${REQUESTS} requests`);
    // Last uses are written in the background.
    assert.ok(messages <= 5, `${messages} messages`);
    assert.ok(times < 1.7, `${times} times the bytes of a bare request`);
  }
});

test('junk is refused without a look at the database', async (t) => {
  await askMany('/v4/user/', `${token}x`, 200);
  const { statements, messages, bytes } = await workOf(() => askMany('/v4/user/', `${token}x`, REQUESTS));
  t.diagnostic(`${statements} statements, ${messages} messages, ${Math.round(bytes / REQUESTS)} bytes`);
  assert.ok(messages <= 5, `${messages} messages`);
  assert.ok(statements <= 5, `${statements} statements`);
  assert.ok(bytes / REQUESTS < 26_000, `${bytes / REQUESTS} bytes each`);
});

test('a login, its first verification and its logout: so many statements and messages', async (t) => {
  let fresh = '';
  const steps = {
    login: async () => {
      fresh = await logIn();
    },
    'first verification': () => call(service.url, 'GET', '/v4/user/', { token: fresh }),
    logout: () => call(service.url, 'DELETE', '/v4/auth-tokens/', { token: fresh }),
  };
  // Each second the anchor and others look at the database: the least of a few rounds is the request's own.
  const least = new Map<string, Pick<Work, 'statements' | 'messages'>>();
  for (let round = 0; round < 5; round += 1) {
    for (const [name, act] of Object.entries(steps)) {
      const { statements, messages } = await workOf(act);
      const known = least.get(name) ?? { statements, messages };
      least.set(name, {
        statements: Math.min(known.statements, statements),
        messages: Math.min(known.messages, messages),
      });
    }
  }
  t.diagnostic(JSON.stringify([...least]));
  assert.deepEqual(Object.fromEntries(least), {
    // Whose try it is; the try, the hash, and in one batch the try's end and the token.
    login: { statements: 4, messages: 3 },
    'first verification': { statements: 4, messages: 0 },
    logout: { statements: 3, messages: 1 },
  });
});

test('a list that names many people looks at the users once', async (t) => {
  const users = Array.from({ length: 40 }, (_, n) => `reader${n}@example.com`);
  for (const email of users) {
    const body = { password: base64('velvet anchor mosaic thunder') };
    assert.equal((await call(service.url, 'PUT', `/v4/users/${email}/`, { token, body })).status, 201);
  }
  // With nothing to flush it is the list's own work that is counted.
  const lists = ['/v4/audit-events/?event=user.created', '/v4/activities/', '/v4/requests/'];
  for (const path of lists) {
    await call(service.url, 'GET', path, { token });
    const { statements } = await workOf(async () => {
      const { status, body } = await call(service.url, 'GET', path, { token });
      assert.equal(status, 200);
      if (path.includes('audit')) assert.equal(body.length, users.length + 1);
    });
    t.diagnostic(`${path}: ${statements} statements`);
    assert.ok(statements < 10, `${path}: ${statements} statements`);
  }
});
