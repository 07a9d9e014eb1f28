import assert from 'node:assert/strict';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { selfSigned } from '../../self-signed.ts';
import { examSigner } from '../exam/samples.ts';
import { openPostgresStore } from './postgres-store.ts';
import { type PostgresServer, runAs, startPostgres, whyNoPostgres } from './server.test-support.ts';

const skip = whyNoPostgres() ?? false;

describe('TLS to PostgreSQL', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'guardbee-'));
  let server: PostgresServer;
  let certificate = '';
  before(async () => {
    const { certFile, keyFile } = await selfSigned(folder, 'db.example.org');
    certificate = certFile;
    if (runAs.uid !== undefined) {
      for (const file of [folder, certFile, keyFile]) chownSync(file, runAs.uid, runAs.gid);
    }
    const settings = ['ssl=on', `ssl_cert_file=${certFile}`, `ssl_key_file=${keyFile}`];
    server = await startPostgres({ settings });
    await server.sql('postgres', 'CREATE DATABASE guardbee');
  });
  after(async () => {
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (parameters: string) =>
    openPostgresStore({ url: `${server.url('guardbee')}?${parameters}`, signer: examSigner });
  const encrypted = async (): Promise<unknown[]> => {
    const rows = await server.sql(
      'postgres',
      `SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'guardbee'`,
    );
    return rows.map(({ ssl }) => ssl);
  };

  test('a connection is encrypted, and its server checked, as the URL says', async () => {
    for (const [parameters, isEncrypted] of [
      ['sslmode=disable', false],
      ['sslmode=require', true],
      [`sslmode=verify-ca&sslrootcert=${certificate}`, true],
      [`sslmode=verify-full&sslrootcert=${certificate}`, true],
    ] as const) {
      const store = await open(parameters);
      await store.ping();
      assert.deepEqual(await encrypted(), [isEncrypted], parameters);
      await store.close();
    }
  });

  test('a server that nobody vouches for, or that speaks no TLS, is refused', async () => {
    const refused = { name: 'StoreUnusable', message: /self-signed certificate/ };
    await assert.rejects(open('sslmode=verify-full'), refused);
    const plain = await startPostgres();
    const url = `${plain.url('postgres')}?sslmode=require`;
    await assert.rejects(openPostgresStore({ url, signer: examSigner }), {
      name: 'StoreUnusable',
      message: /does not support SSL/,
    });
    await plain.remove();
  });
});
