import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { startCluster } from '../../../../test/support/cluster.ts';
import { whyNoPostgres } from '../../../server/src/storage/postgres/server.test-support.ts';
import { context } from '../stage.ts';
import { Visitor } from '../visitor.ts';

suite('nodes on PostgreSQL', { skip: whyNoPostgres() ?? false }, () => {
  test('health tells of the nodes, the lease, and of logouts that had to wait for one that stands still', async () => {
    const cluster = await startCluster({ size: 2 });
    try {
      const [first, second] = cluster.nodes;
      assert.ok(first !== undefined && second !== undefined);
      const visitor = await Visitor.at(context, first.service.url);
      await visitor.open();
      await visitor.signIn();
      await visitor.open('#/health');
      await visitor.heading('Service health');
      const tile = (label: string, value: string | RegExp) =>
        visitor.page
          .locator('.tile')
          .filter({ has: visitor.page.locator('dt', { hasText: new RegExp(`^${label}$`) }) })
          .getByText(value)
          .waitFor();
      await tile('Nodes', /^2$/);
      await tile('Lease', /^(<? ?\d+ ms|\d+(\.\d)? s)$/);
      await tile('A revocation holds within', /^\d+(\.\d+)? (ms|s)$/);
      await visitor.assertAccessible();

      const token = await cluster.mint();
      for (const node of [first, second]) assert.equal((await cluster.verify(node, token)).status, 200);
      second.service.process.kill('SIGSTOP');
      assert.equal((await cluster.logOut(first, token)).status, 200);
      second.service.process.kill('SIGCONT');
      await tile('Waits for other nodes', /^1 for a lease to run out, 0 not found out$/);
      visitor.assertQuiet();
    } finally {
      await cluster.close();
    }
  });
});
