import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { AuthTokensApi } from 'giantswarm';
import { startPostgres, whyNoPostgres } from '../packages/server/src/storage/postgres/server.test-support.ts';
import { serve, temporaryFolder } from './guardbee.ts';
import { clientOf, logIn, verify } from './support/tokens.ts';

const skip = whyNoPostgres() ?? false;
if (skip) console.error(skip);

describe('a PostgreSQL database that was set back', { skip }, async () => {
  if (skip) return;
  const server = await startPostgres();
  after(() => server.remove());

  test('is refused by each node, until each has been told what to do', async () => {
    using folder = temporaryFolder();
    await server.sql('postgres', 'CREATE DATABASE live');
    const env = { GUARDBEE_KEYS_DIR: join(folder.path, 'keys'), GUARDBEE_DATABASE_URL: server.url('live') };
    const [a, b] = [join(folder.path, 'a'), join(folder.path, 'b')];
    let [nodeA, nodeB] = [await serve(a, env), await serve(b, env)];
    const [kept, ended] = [await logIn(nodeA), await logIn(nodeB)];
    assert.deepEqual([await nodeA.stop(), await nodeB.stop()], [0, 0]);
    assert.ok(
      existsSync(join(a, 'anchor')) && existsSync(join(b, 'anchor')),
      'each has an anchor of its own',
    );
    await server.sql('postgres', 'CREATE DATABASE saved TEMPLATE live');

    [nodeA, nodeB] = [await serve(a, env), await serve(b, env)];
    await new AuthTokensApi(clientOf(nodeA, ended)).deleteAuthToken();
    assert.equal(await verify(nodeB, ended), 401);
    assert.deepEqual([await nodeA.stop(), await nodeB.stop()], [0, 0]);

    await server.sql('postgres', 'DROP DATABASE live WITH (FORCE)');
    await server.sql('postgres', 'CREATE DATABASE live TEMPLATE saved');
    for (const node of [a, b]) {
      await assert.rejects(
        serve(node, env),
        /ended with 78.*older than its anchor.*--after-restore=revoke-all/s,
      );
    }
    nodeA = await serve(a, env, ['--after-restore=replay']);
    assert.deepEqual([await verify(nodeA, kept), await verify(nodeA, ended)], [200, 401]);
    await assert.rejects(serve(b, env), /older than its anchor/);
    nodeB = await serve(b, env, ['--after-restore=replay']);
    assert.deepEqual([await verify(nodeB, kept), await verify(nodeB, ended)], [200, 401]);
    assert.deepEqual([await nodeA.stop(), await nodeB.stop()], [0, 0]);
    nodeA = await serve(a, env);
    assert.equal(await verify(nodeA, kept), 200);
    assert.equal(await nodeA.stop(), 0);
  });
});
