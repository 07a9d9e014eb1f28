import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { whyNoPostgres } from '../packages/server/src/storage/postgres/server.test-support.ts';
import { type Cluster, type ClusterNode, startCluster } from './support/cluster.ts';

/** PostgreSQL goes and comes back under load. The long run: GUARDBEE_TEST_RESTARTS=50. */

const skip = whyNoPostgres() ?? false;
const RESTARTS = Number(process.env.GUARDBEE_TEST_RESTARTS ?? 2);

describe('two nodes whose PostgreSQL is stopped and started again under load', { skip }, async () => {
  if (skip) return;
  const cluster = await startCluster({ size: 2 });
  after(() => cluster.close());
  const pids = cluster.nodes.map(({ service }) => service.process.pid);
  const kept = new Set<string>();
  const ended = new Set<string>();

  test(`say so within 1 s and are back within 2 s, and no acknowledged write is lost, ${RESTARTS} times`, async (t) => {
    const [gone, back]: [number[], number[]] = [[], []];
    for (let n = 0; n < RESTARTS; n += 1) {
      const known = await cluster.mint();
      kept.add(known);
      await untilAll(cluster, known, 200);
      const before = { kept: kept.size, ended: ended.size };
      const stopLoad = startLoad(cluster, kept, ended);
      await wait(200);
      // However slow the machine: something of each kind is acknowledged before PostgreSQL goes.
      while (kept.size === before.kept || ended.size === before.ended) await wait(5);
      await cluster.server.stop(n % 2 === 0 ? 'fast' : 'immediate');
      gone.push(await untilAll(cluster, known, 503));
      await wait(200 * Math.random());
      await cluster.server.start();
      back.push(await untilAll(cluster, known, 200));
      await wait(100);
      await stopLoad();
      assert.deepEqual(cluster.history.violations(), []);
    }
    t.diagnostic(`said so after ${longest(gone)} ms at the latest, was back after ${longest(back)} ms`);
    assert.ok(Math.max(...gone) < 1_000, `${gone}`);
    assert.ok(Math.max(...back) < 2_000, `${back}`);
    assert.ok(kept.size > RESTARTS && ended.size > 0, 'there was a load');
    for (const node of cluster.nodes) {
      for (const token of kept)
        assert.equal((await cluster.verify(node, token)).status, 200, 'a token is lost');
      for (const token of ended)
        assert.equal((await cluster.verify(node, token)).status, 401, 'an end is undone');
    }
    t.diagnostic(`${kept.size} logins and ${ended.size} logouts acknowledged`);
    assert.deepEqual(
      cluster.nodes.map(({ service }) => service.process.exitCode ?? service.process.pid),
      pids,
      'no restart of ours',
    );
  });
});

/** Milliseconds until every node answers like that. */
async function untilAll(cluster: Cluster, token: string, status: number): Promise<number> {
  const begin = performance.now();
  const until = async (node: ClusterNode): Promise<void> => {
    while ((await cluster.verify(node, token)).status !== status) {
      assert.ok(performance.now() - begin < 10_000, `${node.name} does not answer ${status}`);
      await wait(5);
    }
  };
  await Promise.all(cluster.nodes.map(until));
  return performance.now() - begin;
}

/** Logins and logouts at both nodes, until the answer is called. Notes what was acknowledged. */
function startLoad(cluster: Cluster, kept: Set<string>, ended: Set<string>): () => Promise<void> {
  let isOver = false;
  const lanes = cluster.nodes.map(async (node) => {
    while (!isOver) {
      const token = await cluster.logIn(node);
      if (token === undefined) {
        await wait(20);
        continue;
      }
      const { status } = Math.random() < 0.5 ? { status: undefined } : await cluster.logOut(node, token);
      if (status === undefined) kept.add(token);
      if (status === 200) ended.add(token);
      if (status === 401) assert.fail('an acknowledged login is lost');
    }
  });
  return async () => {
    isOver = true;
    await Promise.all(lanes);
  };
}

function longest(values: readonly number[]): string {
  return Math.max(...values).toFixed(0);
}
