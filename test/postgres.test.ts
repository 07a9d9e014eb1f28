import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { AuthTokensApi, UsersApi } from 'giantswarm';
import {
  type PostgresServer,
  startPostgres,
  whyNoPostgres,
} from '../packages/server/src/storage/postgres/server.test-support.ts';
import { ADMIN, type RunningService, run, serve, temporaryFolder } from './guardbee.ts';
import { clientOf, logIn, verify } from './support/tokens.ts';
import { openWay } from './support/way.ts';

const skip = whyNoPostgres() ?? false;
if (skip) console.error(skip);

const TRIALS = 80;

async function logOut(service: RunningService, token: string): Promise<void> {
  await new AuthTokensApi(clientOf(service, token)).deleteAuthToken();
}

describe('guardbee serve on PostgreSQL', { skip }, async () => {
  if (skip) return;
  const server = await startPostgres({ fsync: true });
  after(() => server.remove());

  test('logs in, verifies, logs out, and knows all of it after kill -9', async () => {
    using folder = temporaryFolder();
    const url = await makeDatabase(server, 'alone');
    const env = { GUARDBEE_DATABASE_URL: url };
    const first = await serve(folder.path, env);
    const [kept, ended] = [await logIn(first), await logIn(first)];
    assert.equal((await new UsersApi(clientOf(first, kept)).getCurrentUser()).email, ADMIN.email);
    await logOut(first, ended);
    assert.deepEqual([await verify(first, kept), await verify(first, ended)], [200, 401]);
    assert.equal(await first.stop('SIGKILL'), 'SIGKILL');

    const second = await serve(folder.path, env);
    assert.deepEqual([await verify(second, kept), await verify(second, ended)], [200, 401]);
    assert.equal(await second.stop(), 0);
    assert.doesNotMatch(second.stderr(), /power cut/);
    const listed = await run(['users', 'list', '--offline', '--data-dir', folder.path], { env });
    assert.match(listed.stdout + listed.stderr, /admin@example\.com/);
  });

  test(`of two services on one database each knows at once what the other has answered, ${TRIALS} times`, async () => {
    using folder = temporaryFolder();
    const env = {
      GUARDBEE_DATABASE_URL: await makeDatabase(server, 'two'),
      GUARDBEE_KEYS_DIR: join(folder.path, 'keys'),
    };
    const [a, b] = await Promise.all([
      serve(join(folder.path, 'a'), env),
      serve(join(folder.path, 'b'), env),
    ]);
    for (let trial = 0; trial < TRIALS / 8; trial += 1) {
      const [here, there] = trial % 2 === 0 ? [a, b] : [b, a];
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          const token = await logIn(here);
          assert.equal(await verify(there, token), 200);
          assert.equal(await verify(here, token), 200);
          await logOut(here, token);
          assert.equal(await verify(there, token), 401);
          assert.equal(await verify(here, token), 401);
        }),
      );
    }
    const token = await logIn(a);
    const users = await new UsersApi(clientOf(b, token)).getUsers();
    assert.equal(users.length, 1, 'two first starts at once made one administrator');
    await followRevocations(a, b);
    const metrics = await (await fetch(`${a.url}/metrics`)).text();
    assert.match(metrics, /^guardbee_cluster_nodes 2$/m);
    assert.match(metrics, /^guardbee_cluster_lease_age_seconds 0\.\d+$/m);
    assert.match(metrics, /^guardbee_cluster_revocation_bound_seconds 0\.55$/m);
    assert.match(metrics, /^guardbee_cluster_waits_total\{outcome="applied"\} [1-9]\d*$/m);
    assert.deepEqual([await a.stop(), await b.stop()], [0, 0]);
  });

  test('while PostgreSQL is away requests are refused, never accepted unseen, and then answered again', async () => {
    using folder = temporaryFolder();
    const service = await serve(folder.path, { GUARDBEE_DATABASE_URL: await makeDatabase(server, 'away') });
    const token = await logIn(service);
    assert.equal(await verify(service, token), 200);
    await server.stop('immediate');
    const begin = performance.now();
    // What it has in memory it may still answer, as long as its lease holds.
    while ((await verify(service, token)) !== 503) assert.ok(performance.now() - begin < 1_000);
    await assert.rejects(logOut(service, token), { status: 503 });
    assert.equal((await fetch(`${service.url}/readyz`)).status, 503);
    assert.ok(performance.now() - begin < 3 * 2_000);
    await server.start();
    const back = performance.now();
    while ((await verify(service, token)) !== 200) assert.ok(performance.now() - back < 2_000);
    await logOut(service, token);
    assert.equal(await verify(service, token), 401);
    assert.equal(await service.stop(), 0);
  });

  test('a service that is told to stop ends in time, also when its database says nothing any more', async () => {
    using folder = temporaryFolder();
    const way = await openWay(server.port);
    const url = (await makeDatabase(server, 'silent')).replace(`:${server.port}/`, `:${way.port}/`);
    const service = await serve(folder.path, { GUARDBEE_DATABASE_URL: url });
    assert.equal(await verify(service, await logIn(service)), 200);
    way.swallow(true);
    // And a client that never sends the body that it has announced.
    const { hostname, port } = new URL(service.url);
    const slow = connect(Number(port), hostname, () => {
      slow.write('POST /v4/auth-tokens/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{');
    });
    slow.on('error', () => {});
    await wait(300);
    const begin = performance.now();
    assert.equal(await service.stop(), 0);
    assert.ok(performance.now() - begin < 10_000, 'within the promised time');
    slow.destroy();
    await way.close();
  });

  test('a database that cannot be used ends the start with the reason, and without the password', async () => {
    using folder = temporaryFolder();
    const url = server.url('nothing').replace('guardbee@', 'guardbee:hunter2@');
    const started = serve(folder.path, { GUARDBEE_DATABASE_URL: url });
    await assert.rejects(started, (error: Error) => {
      assert.match(error.message, /"nothing" does not exist/);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  });
});

/** A verifier that follows one service hears of what ends at the other. */
async function followRevocations(followed: RunningService, other: RunningService): Promise<void> {
  const admin = await logIn(followed);
  const leaving = new AbortController();
  const reply = await fetch(`${followed.url}/v4/revocations/`, {
    headers: { authorization: `giantswarm ${admin}` },
    signal: leaving.signal,
  });
  assert.equal(reply.status, 200);
  const token = await logIn(other);
  await logOut(other, token);
  const begin = performance.now();
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of reply.body ?? []) {
    text += decoder.decode(bytes as Uint8Array, { stream: true });
    if (text.includes('digest_id')) break;
    assert.ok(performance.now() - begin < 2_000, text);
  }
  assert.match(text, /event: heartbeat/);
  leaving.abort();
}

async function makeDatabase(server: PostgresServer, name: string): Promise<string> {
  await server.sql('postgres', `CREATE DATABASE ${name}`);
  return server.url(name);
}
