import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { openOffline, readConfig } from '@guardbee/server';
import { fakeIo, finish } from '../fake-io.test-support.ts';
import { fakeService } from '../fake-service.test-support.ts';
import type { Finding } from '../finding.ts';
import { type DoctorOptions, doctor } from './doctor.ts';

/** What is not fine, by what it is about; every such finding says what to do. */
async function complaints(options: Partial<DoctorOptions>, env: Record<string, string> = {}) {
  const io = fakeIo({ env });
  const { code, out } = await finish(io, doctor({ version: '1.2.3', json: true, ...options }, io));
  const found = (JSON.parse(out) as Finding[]).filter(({ state }) => state !== 'fine');
  for (const { about, fix } of found) assert.ok(fix, about);
  const isWrong = found.some(({ state }) => state === 'wrong');
  assert.equal(code, isWrong ? 1 : 0, 'the exit code says whether something is wrong');
  return Object.fromEntries(found.map(({ about, state, what }) => [about, `${state}: ${what}`]));
}

suite('a service, from outside', () => {
  type Answers = Parameters<typeof fakeService>[1];
  const healthy: Answers = {
    'GET /': { body: { name: 'guardbee' } },
    'GET /healthz': { body: { status: 'alive' } },
    'GET /readyz': { body: { status: 'ready' } },
    'GET /openapi.json': { body: { info: { version: '1.2.3' } } },
    'GET /v4/user/': { body: { email: 'a@x.de', admin: true } },
  };
  const at = async (t: TestContext, changes: Answers = {}) => {
    const { url } = await fakeService(t, { ...healthy, ...changes });
    return complaints({ endpoint: url }, { GUARDBEE_TOKEN: 'x' });
  };

  test('a sound one gives no complaint', async (t) => assert.deepEqual(await at(t), {}));

  for (const [name, changes, complaint] of [
    ['it is not ready', { 'GET /readyz': { status: 503, body: {} } }, { ready: 'wrong: no, 503' }],
    ['/healthz is not passed on', { 'GET /healthz': { status: 404, body: {} } }, { alive: 'wrong: no, 404' }],
    [
      'it is of another version',
      { 'GET /openapi.json': { body: { info: { version: '2.0.0' } } } },
      { version: 'warning: 2.0.0; this command is 1.2.3' },
    ],
    [
      'a proxy gives requests ids of its own',
      { 'GET /': { body: { name: 'guardbee' }, headers: { 'X-Request-ID': 'another' } } },
      { 'request ids': 'warning: X-Request-ID comes back changed' },
    ],
    [
      'the session has ended',
      { 'GET /v4/user/': { status: 401, body: { code: 'PERMISSION_DENIED' } } },
      { session: 'warning: the token kept here is not accepted any more' },
    ],
    [
      'what answers is a proxy without it',
      { 'GET /': { status: 502, body: '' } },
      { reachable: /^wrong: http:\S+ answers 502$/ },
    ],
    [
      'what answers says 200 to everything',
      { 'GET /': { body: '<h1>Hi</h1>', type: 'text/html', headers: { Server: 'nginx' } } },
      {
        reachable: /^wrong: http:\S+ answers, but not as Guardbee does: 200 with text\/html from nginx$/,
      },
    ],
    [
      'what answers says JSON to everything',
      { 'GET /': { body: { name: 'other' } } },
      { reachable: /^wrong: http:\S+ answers, but not as Guardbee does: 200 with application\/json$/ },
    ],
  ] as const) {
    test(name, async (t) => {
      const found = await at(t, changes as Answers);
      const [[about, what]] = Object.entries(complaint) as [[string, string | RegExp]];
      assert.deepEqual(Object.keys(found), [about]);
      if (typeof what === 'string') assert.equal(found[about], what);
      else assert.match(String(found[about]), what);
    });
  }

  for (const [seconds, complaint] of [
    [3, undefined],
    [30, /^warning: (29|30|31) s ahead of the one here/],
    [-30, /^warning: (29|30|31) s behind the one here/],
    [3600, /^wrong: \d+ s ahead/],
  ] as const) {
    test(`its clock is off by ${seconds} s`, async (t) => {
      const date = () => new Date(Date.now() + seconds * 1_000).toUTCString();
      const found = await at(t, {
        'GET /': () => ({ body: { name: 'guardbee' }, headers: { Date: date() } }),
      });
      if (complaint === undefined) assert.deepEqual(found, {});
      else assert.match(String(found.clock), complaint);
    });
  }

  test('it speaks plain HTTP where HTTPS is expected', async (t) => {
    const { url } = await fakeService(t, healthy);
    const found = await complaints({ endpoint: url.replace('http:', 'https:') });
    for (const [about, what] of Object.entries(found)) {
      assert.match(what, /^wrong: .*: plain HTTP is spoken there, not HTTPS$/, about);
    }
    assert.deepEqual(Object.keys(found), ['encryption', 'reachable']);
  });

  test('nobody is there; and passwords would travel in the open', async () => {
    assert.match(String((await complaints({ endpoint: 'http://127.0.0.1:1' })).reachable), /does not answer/);
    const open = await complaints({ endpoint: 'http://guardbee.invalid' });
    assert.match(String(open.encryption), /^wrong: passwords and tokens can be read/);
  });

  test('a person gets a table, and below it what to do', async (t) => {
    const { url } = await fakeService(t, { ...healthy, 'GET /readyz': { status: 503, body: {} } });
    const io = fakeIo();
    const { code, out, err } = await finish(io, doctor({ endpoint: url, version: '1.2.3' }, io));
    assert.equal(code, 1);
    assert.match(
      out,
      /^STATE +ABOUT +WHAT WAS FOUND\n(?:.*\n)*wrong +ready +no, 503\n(?:.*\n)*\nABOUT +WHAT TO DO\nready +It starts/,
    );
    assert.equal(err, 'guardbee: One thing is wrong.\n');
  });
});

suite('a data directory, on its machine', () => {
  async function dataDirectory(t: TestContext) {
    const folder = mkdtempSync(join(tmpdir(), 'guardbee-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const dataDir = join(folder, 'data');
    const offline = await openOffline(readConfig({}, { dataDir }), { mayMake: true });
    // The keys are remembered by a start of the service; what that writes is written here.
    await offline.create({
      email: 'a@x.de',
      passwordBase64: Buffer.from('a phrase that is long enough').toString('base64'),
      expiry: undefined,
      admin: true,
    });
    await offline.close();
    return { dataDir, inData: (name: string) => join(dataDir, name) };
  }
  const look = (dataDir: string, env = {}) => complaints({ offline: true, dataDir }, env);

  test('a sound one gives no complaint', async (t) => {
    assert.deepEqual(await look((await dataDirectory(t)).dataDir), {});
  });

  test('what others can read is named, with the command that ends it', async (t) => {
    const { dataDir, inData } = await dataDirectory(t);
    chmodSync(dataDir, 0o755);
    chmodSync(inData('keys'), 0o750);
    chmodSync(inData('keys/digest-keys'), 0o644);
    chmodSync(inData('guardbee.db'), 0o640);
    const found = await look(dataDir);
    assert.deepEqual(Object.keys(found), ['data directory', 'keys directory', 'key file', 'database']);
    assert.match(String(found['key file']), /^wrong: others of this machine can get at \S+ \(mode 644\)$/);
    const io = fakeIo();
    const { out } = await finish(io, doctor({ offline: true, dataDir, version: '1' }, io));
    assert.ok(out.includes(`chmod 600 ${inData('keys/digest-keys')}`));
  });

  test('it is missing, and is not made', async (t) => {
    const { dataDir, inData } = await dataDirectory(t);
    assert.match(String((await look(inData('none')))['data directory']), /is not there/);
    assert.match(String((await look(inData('none')))['data directory']), /is not there/, 'still');
    rmSync(inData('guardbee.db'));
    assert.match(String((await look(dataDir)).database), /^wrong: \S+ is not there/);
  });

  test('its database is none, or its keys are gone, without new ones being made', async (t) => {
    const { dataDir, inData } = await dataDirectory(t);
    rmSync(inData('keys/digest-keys'));
    assert.equal((await look(dataDir)).keys, 'wrong: there are none');
    assert.equal((await look(dataDir)).keys, 'wrong: there are none', 'still');
    writeFileSync(inData('guardbee.db'), 'no database '.repeat(1_000));
    assert.match(String((await look(dataDir)).database), /^wrong: \S+ is damaged or not a database/);
  });

  test('--data-dir alone is a mistake', async () => {
    const io = fakeIo();
    assert.equal((await finish(io, doctor({ dataDir: 'x', version: '1' }, io))).code, 2);
  });
});
