import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { whyNoPostgres } from '../packages/server/src/storage/postgres/server.test-support.ts';
import { type ClusterNode, startCluster } from './support/cluster.ts';
import { faults } from './support/faults.ts';
import { percentile } from './support/history.ts';
import { faultyTrial, healthyTrial, inLanes } from './support/trials.ts';

/**
 * No verification that is invoked after a logout's completion is accepted, by any node: checked over the history of all
 * calls. The long run: GUARDBEE_TEST_HEALTHY=100000 GUARDBEE_TEST_FAULTS=200 GUARDBEE_TEST_PAUSE=30000
 * GUARDBEE_TEST_OPEN=10000 GUARDBEE_TEST_LOGINS=10000.
 */

const count = (name: string, usual: number): number => Number(process.env[`GUARDBEE_TEST_${name}`] ?? usual);
const HEALTHY = count('HEALTHY', 300);
const PAUSE = count('PAUSE', 1_500);
const OPEN = count('OPEN', 1_500);
const LOGINS = count('LOGINS', 30);

const skip = whyNoPostgres() ?? false;
if (skip) console.error(skip);

const ms = (value: number): string => `${value.toFixed(1)} ms`;

describe('three nodes on one PostgreSQL', { skip }, async () => {
  if (skip) return;
  const cluster = await startCluster();
  after(() => cluster.close());
  const { history } = cluster;

  test(`after a logout no node accepts its token, ${HEALTHY} times`, async (t) => {
    const [durations, accepts]: [number[], number[]] = [[], []];
    for (let done = 0; done < HEALTHY; done += 2_000) {
      await inLanes(4, Math.min(2_000, HEALTHY - done), (n) => healthyTrial(cluster, n));
      assert.deepEqual(history.violations(), []);
      durations.push(...history.logouts().map(({ invoke, complete }) => complete - invoke));
      accepts.push(...(await cluster.lastAccepts()));
      history.clear();
    }
    t.diagnostic(`logout p50 ${ms(percentile(durations, 0.5))}, p99 ${ms(percentile(durations, 0.99))}`);
    t.diagnostic(`last accepted verification, after the token's end was written: ${histogram(accepts)}`);
    assert.equal(durations.length, HEALTHY);
  });

  test(`a token made on one node is accepted by the others at once, ${LOGINS} times`, async () => {
    await inLanes(3, LOGINS, async (n) => {
      const [at, ...others] = [0, 1, 2].map((m) => cluster.nodes[(n + m) % 3] as ClusterNode) as [
        ClusterNode,
        ClusterNode,
        ClusterNode,
      ];
      const token = await cluster.logIn(at);
      assert.ok(token !== undefined);
      const answers = await Promise.all(others.map((node) => cluster.verify(node, token)));
      for (const { status } of answers) assert.equal(status, 200);
    });
  });

  for (const fault of faults({ pause: PAUSE, open: OPEN })) {
    const trials = count('FAULTS', fault.isSlow ? 1 : 2);
    test(`nor while ${fault.name}, ${trials} times`, async (t) => {
      const durations: number[] = [];
      let unknown = 0;
      const accepts: number[] = [];
      for (let n = 0; n < trials; n += 1) {
        for (const { status, invoke, complete } of await faultyTrial(cluster, fault, n)) {
          if (status === 200) durations.push(complete - invoke);
          else unknown += 1;
          assert.ok([0, 200, 503].includes(status), `a logout got ${status}`);
        }
        assert.deepEqual(history.violations(), []);
        accepts.push(...(await cluster.lastAccepts()));
        history.clear();
      }
      t.diagnostic(
        `${durations.length} logouts: p50 ${ms(percentile(durations, 0.5))}, longest ${ms(Math.max(...durations))}; ${unknown} refused`,
      );
      t.diagnostic(`last accepted verification, after the token's end was written: ${histogram(accepts)}`);
    });
  }
});

function histogram(values: readonly number[]): string {
  const bounds = [0, 5, 20, 100, 300, 500, 550, 600];
  const counts = bounds.map((bound, n) => {
    const from = bounds[n - 1] ?? Number.NEGATIVE_INFINITY;
    return `<${bound}: ${values.filter((value) => value >= from && value < bound).length}`;
  });
  return `${counts.join(', ')}, more: ${values.filter((value) => value >= 600).length} (ms: tokens)`;
}
