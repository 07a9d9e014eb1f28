import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { Client } from 'pg';
import { act, examSigner, sampleUser, tally } from '../exam/samples.ts';
import { StoreUnavailable, StoreUnusable } from '../store.ts';
import { takeStep } from './migrate.ts';
import { openPostgresStore } from './postgres-store.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from './server.test-support.ts';

const skip = whyNoPostgres() ?? false;

describe('a PostgreSQL database at start', { skip }, async () => {
  if (skip) return;
  const server = await startPostgres({ settings: ['password_encryption=scram-sha-256'] });
  after(() => server.remove());
  let count = 0;
  const makeDatabase = async (options = ''): Promise<string> => {
    count += 1;
    await server.sql('postgres', `CREATE DATABASE start_${count} ${options}`);
    return `start_${count}`;
  };
  const open = (url: string) => openPostgresStore({ url, signer: examSigner });

  test('services that start at once on nothing share one schema and one first user (4 trials of 4)', async () => {
    for (let trial = 0; trial < 4; trial += 1) {
      const url = server.url(await makeDatabase());
      const stores = await Promise.all(Array.from({ length: 4 }, () => open(url)));
      const answers = await Promise.all(stores.map((it) => it.createFirstUser(sampleUser(), act)));
      assert.deepEqual(tally(answers), { created: 1, not_first: 3 });
      await Promise.all(stores.map((store) => store.close()));
    }
  });

  test('settings of the server that a power cut would profit from are told', async () => {
    // As this one was started.
    const store = await open(server.url(await makeDatabase()));
    assert.deepEqual(store.unsafeSettings, ['fsync', 'full_page_writes']);
    await store.close();
  });

  test('a newer schema is refused and left as it is', async () => {
    const database = await makeDatabase();
    await (await open(server.url(database))).close();
    await server.sql(database, 'UPDATE guardbee_schema SET version = 99; DROP TABLE requests');
    await assertRefused(server, database, /schema version 99, this Guardbee knows \d+/);
  });

  test("a database with somebody else's tables is refused and left as it is", async () => {
    const database = await makeDatabase();
    await server.sql(database, 'CREATE TABLE users (id text)');
    await assertRefused(server, database, /aren't Guardbee's/);
  });

  test('a database in another encoding is refused', async () => {
    const options = "TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'";
    await assertRefused(server, await makeDatabase(options), /encoding LATIN1, needed is UTF8/);
  });

  test('a read-only database is refused', async () => {
    const database = await makeDatabase();
    await server.sql('postgres', `ALTER DATABASE ${database} SET default_transaction_read_only = on`);
    await assert.rejects(open(server.url(database)), { name: 'StoreUnavailable', message: /read-only/ });
  });

  test('a database that is not there needs a person, a server that is not there another try', async () => {
    await assert.rejects(open(server.url('nothing')), { name: 'StoreUnusable', message: /does not exist/ });
    await assert.rejects(open('postgres://127.0.0.1:1/x'), {
      name: 'StoreUnavailable',
      message: /ECONNREFUSED/,
    });
  });

  test('a migration step happens whole or not at all, and goes on from where it stopped', async () => {
    const database = await makeDatabase();
    const client = new Client({ connectionString: server.url(database) });
    await client.connect();
    const session = {
      query: async (text: string, values?: readonly unknown[]) =>
        (await client.query(text, values as unknown[])).rows,
    };
    const state = async () =>
      (
        await server.sql(
          database,
          "SELECT string_agg(tablename, ' ' ORDER BY tablename) AS t FROM pg_tables WHERE schemaname = 'public'",
        )
      )[0]?.t;
    const first = 'CREATE TABLE a (x text)';
    assert.equal(await takeStep(session, [first]), true);
    const broken = 'CREATE TABLE b (x text); INSERT INTO b VALUES (1); INSERT INTO nowhere VALUES (1)';
    await assert.rejects(takeStep(session, [first, broken]), /nowhere/);
    assert.equal(await state(), 'a guardbee_schema');
    const good = [first, 'CREATE TABLE b (x text)', 'CREATE TABLE c (x text)'];
    assert.deepEqual(
      [await takeStep(session, good), await takeStep(session, good), await takeStep(session, good)],
      [true, true, false],
    );
    assert.equal(await state(), 'a b c guardbee_schema');
    await client.end();
  });

  test('a standby is refused', async () => {
    const primary = await startPostgres();
    await primary.sql('postgres', 'CREATE DATABASE guardbee');
    await (await open(primary.url('guardbee'))).close();
    await primary.stop();
    const standby = await startPostgres({ standbyOf: primary.data });
    try {
      await assert.rejects(open(standby.url('guardbee')), (error: Error) => {
        assert.ok(error instanceof StoreUnavailable);
        assert.match(error.message, /standby/);
        return true;
      });
    } finally {
      await standby.remove();
      await primary.remove();
    }
  });
});

async function assertRefused(server: PostgresServer, database: string, reason: RegExp): Promise<void> {
  const all = `SELECT string_agg(relname || relfilenode, ' ' ORDER BY oid) AS state FROM pg_class`;
  const before = await server.sql(database, all);
  await assert.rejects(
    openPostgresStore({ url: server.url(database), signer: examSigner }),
    (error: Error) => {
      assert.ok(error instanceof StoreUnusable, String(error));
      assert.match(error.message, reason);
      return true;
    },
  );
  assert.deepEqual(await server.sql(database, all), before);
}
