import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { whyNoPostgres } from '../packages/server/src/storage/postgres/server.test-support.ts';
import { type Cluster, startCluster } from './support/cluster.ts';
import { faults } from './support/faults.ts';
import { breedMutant, type Patch } from './support/mutant.ts';
import { faultyTrial, healthyTrial, inLanes } from './support/trials.ts';

/**
 * What the harness of `cluster.test.ts` is worth: each of these mistakes is planted, and must be found within a minute. Usually
 * only the first three, since each needs nodes of its own; all of them: GUARDBEE_TEST_MUTANTS=all.
 */

const skip = whyNoPostgres() ?? false;
const PATIENCE = 60_000;

const healthy = (cluster: Cluster): Promise<void> =>
  inLanes(4, 40, async (n) => {
    if (cluster.history.violations().length === 0) await healthyTrial(cluster, n);
  });
const during =
  (name: RegExp) =>
  async (cluster: Cluster, n: number): Promise<void> => {
    const fault = faults({ pause: 1_500, open: 1_000 }).find((known) => name.test(known.name));
    assert.ok(fault);
    await faultyTrial(cluster, fault, n);
  };

const mutants: readonly {
  mistake: string;
  patches: readonly Patch[];
  trial: (cluster: Cluster, n: number) => Promise<void>;
}[] = [
  {
    mistake: 'changes that are read by their sequence',
    patches: [
      {
        file: 'storage/postgres/cluster-link.ts',
        right:
          'WHERE xid >= pg_snapshot_xmin($2::pg_snapshot) AND NOT pg_visible_in_snapshot(xid, $2::pg_snapshot)',
        wrong: 'WHERE n > (SELECT max(n) FROM changes WHERE pg_visible_in_snapshot(xid, $2::pg_snapshot))',
      },
    ],
    trial: healthy,
  },
  {
    mistake: 'an acknowledgement before the change is taken in',
    patches: [
      {
        file: 'cluster/follower.ts',
        right: 'this.#pending.push(what);',
        wrong: 'setTimeout(() => this.#pending.push(what), 20);',
      },
    ],
    trial: healthy,
  },
  {
    mistake: 'a lease that begins after the look',
    patches: [{ file: 'cluster/follower.ts', right: 'lease.renew(begin);', wrong: 'lease.renew(now());' }],
    trial: during(/takes 300/),
  },
  {
    mistake: 'a lease that never ends',
    patches: [
      {
        file: 'cluster/lease.ts',
        right: 'return passed < lengthMs && Math.abs(wall - begin.wall - passed) <= mostApart;',
        wrong: 'return true;',
      },
    ],
    trial: during(/black hole/),
  },
  {
    mistake: 'NOTIFY alone, which nobody waits for',
    patches: [
      {
        file: 'cluster/join-cluster.ts',
        right: 'await acknowledgements.wait(await follower.look(left), begin)',
        wrong: "(await follower.look(left), 'applied')",
      },
    ],
    trial: during(/takes 300/),
  },
  {
    mistake: 'an act that waits for the anchor only',
    patches: [
      {
        file: 'anchor/anchored-store.ts',
        right: 'await Promise.all([inTime(), store.settle()]);',
        wrong: 'await inTime();',
      },
    ],
    trial: during(/takes 300/),
  },
];

const chosen = process.env.GUARDBEE_TEST_MUTANTS === 'all' ? mutants : mutants.slice(0, 3);

describe('the harness finds', { skip }, () => {
  for (const { mistake, patches, trial } of chosen) {
    test(mistake, async (t) => {
      using mutant = await breedMutant(patches);
      const cluster = await startCluster({ command: mutant.command, size: 2 });
      try {
        const begin = performance.now();
        for (let n = 0; cluster.history.violations().length === 0; n += 1) {
          assert.ok(performance.now() - begin < PATIENCE, 'it was not found');
          await trial(cluster, n);
        }
        const seconds = (performance.now() - begin) / 1_000;
        t.diagnostic(`after ${seconds.toFixed(1)} s, ${cluster.history.count} calls`);
      } finally {
        await cluster.close();
      }
    });
  }
});
