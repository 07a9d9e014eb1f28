import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { fakeIo, finish } from '../fake-io.test-support.ts';
import { fakeService } from '../fake-service.test-support.ts';
import { exportAudit } from './audit-export.ts';
import { showAuditKeys } from './audit-key.ts';
import { listAuditEvents } from './audit-list.ts';
import { type AuditVerifyOptions, verifyAudit } from './audit-verify.ts';

const folder = mkdtempSync(join(tmpdir(), 'guardbee-'));
after(() => rmSync(folder, { recursive: true }));
const inFolder = (name: string) => join(folder, name);
const env = { GUARDBEE_TOKEN: 'guardbee_x', GUARDBEE_CONFIG_DIR: folder };

const event = {
  chain: 'main',
  n: 2,
  time: '2030-01-01T00:00:00Z',
  event: 'login.failed',
  subject: 'u1',
  subject_email: 'jane@x.de',
  actor: null,
  actor_email: null,
  request_id: 'r1',
  details: { reason: 'wrong_password', scopes: ['a', 'b'] },
  personal: { ip: '192.0.2.1', user_agent: '\x1b]0;owned\x07' },
};

suite('audit list', () => {
  test('a table, the filter as it was given, the pages as many as it takes', async (t) => {
    const service = await fakeService(t, {
      'GET /v4/audit-events/': ({ url }) =>
        url.searchParams.has('cursor')
          ? { body: [event] }
          : { body: [event, event], link: '</v4/audit-events/?limit=2&cursor=c>; rel="next"' },
    });
    const io = fakeIo({ env: { ...env, GUARDBEE_ENDPOINT: service.url } });
    const options = {
      user: 'jane@x.de',
      request: 'r1',
      since: '2029-01-01T00:00:00.000Z',
      limit: 3,
      exact: true,
    };
    const { code, out, err } = await finish(io, listAuditEvents(options, io));
    assert.deepEqual([code, err], [0, '']);
    const [heading, ...rows] = out.trimEnd().split('\n');
    assert.match(String(heading), /^TIME +EVENT +USER +BY +FROM +REQUEST +DETAILS$/);
    assert.equal(rows.length, 3);
    assert.match(
      String(rows[0]),
      /^2030-01-01T00:00:00Z +login\.failed +jane@x\.de +- +192\.0\.2\.1 +r1 +reason=wrong_password scopes=a,b$/,
    );
    assert.deepEqual(Object.fromEntries(service.requests[0]?.url.searchParams ?? []), {
      subject: 'jane@x.de',
      request_id: 'r1',
      from: '2029-01-01T00:00:00.000Z',
      limit: '3',
    });
    assert.equal(service.requests[1]?.url.searchParams.get('limit'), '1');
    assert.equal(service.requests[1]?.url.searchParams.get('subject'), 'jane@x.de');
  });

  test('JSON is what the service said; nothing found is no result; a refusal is 3', async (t) => {
    let answer: { status?: number; body: unknown } = { body: [event] };
    const service = await fakeService(t, { 'GET /v4/audit-events/': () => answer });
    const run = (json: boolean) => {
      const io = fakeIo({ env: { ...env, GUARDBEE_ENDPOINT: service.url } });
      return finish(io, listAuditEvents({ limit: 1, json }, io));
    };
    const { out } = await run(true);
    assert.deepEqual(JSON.parse(out), [event]);
    answer = { body: [] };
    assert.deepEqual(await run(false), { code: 0, out: '', err: 'There is no such event.\n' });
    answer = { status: 401, body: { code: 'PERMISSION_DENIED', message: 'No.\x1b[2J' } };
    const refused = await run(false);
    assert.equal(refused.code, 3);
    assert.match(
      refused.err,
      /^guardbee: No\.\\u001b\[2J \(request [0-9a-f-]{36}\)\nTry: guardbee login EMAIL/,
    );
  });
});

const trail = '{"n":1}\n{"n":2}\n';

suite('audit export', () => {
  const answers = {
    'GET /v4/audit-events/export/': ({ url }: { url: URL }) =>
      url.searchParams.get('format') === 'csv'
        ? { type: 'text/csv; charset=utf-8', body: 'time,event\n' }
        : { type: 'application/x-ndjson; charset=utf-8', body: trail },
  };

  test('to standard output byte for byte, or into a file for its owner alone', async (t) => {
    const service = await fakeService(t, answers);
    const run = (options: { format: 'ndjson' | 'csv'; output?: string; json?: boolean }) => {
      const io = fakeIo({ env: { ...env, GUARDBEE_ENDPOINT: service.url } });
      return finish(io, exportAudit(options, io));
    };
    assert.deepEqual(await run({ format: 'ndjson' }), { code: 0, out: trail, err: '' });
    assert.equal((await run({ format: 'csv' })).out, 'time,event\n');
    const output = inFolder('trail.csv');
    assert.equal((await run({ format: 'csv', output })).out, `Wrote ${output} (1 kB).\n`);
    assert.equal(readFileSync(output, 'utf8'), 'time,event\n');
    assert.equal(statSync(output).mode & 0o777, 0o600);
    assert.deepEqual(JSON.parse((await run({ format: 'csv', output, json: true })).out), {
      output,
      bytes: 11,
    });
    const nowhere = await run({ format: 'csv', output: inFolder('no/such') });
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.err, /^guardbee: Cannot write /);
  });

  test('what breaks off leaves no file that looks whole, and keeps the one before', async (t) => {
    const server = createServer((_request, reply) => {
      reply.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
      reply.write(trail);
      setTimeout(() => reply.destroy(), 50);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const output = inFolder('kept.ndjson');
    writeFileSync(output, 'before');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const io = fakeIo({ env: { ...env, GUARDBEE_ENDPOINT: url } });
    const { code, err } = await finish(io, exportAudit({ format: 'ndjson', output }, io));
    assert.equal(code, 4);
    assert.match(err, /broke off in the middle/);
    assert.equal(readFileSync(output, 'utf8'), 'before');
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('.part')),
      [],
    );
  });
});

/** A trail of `count` events as the service exports it, made without its code. */
function signedTrail(count: number, keys: { publicKey: KeyObject; privateKey: KeyObject }): string[] {
  const sha256 = (...parts: (Buffer | string)[]): Buffer =>
    parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
  const events: object[] = [];
  let hash: Buffer = Buffer.alloc(32);
  for (let n = 1; n <= count; n += 1) {
    const time = new Date(1_700_000_000_000 + n).toISOString();
    const personal = { ip: `192.0.2.${n}` };
    const salt = Buffer.alloc(16, n);
    const digest = sha256(salt, JSON.stringify(personal)).toString('hex');
    const details = { reason: 'x' };
    hash = sha256(hash, JSON.stringify(['main', n, time, 'login.failed', 'u', null, 'r', details, digest]));
    events.push({
      chain: 'main',
      n,
      time,
      event: 'login.failed',
      subject: 'u',
      actor: null,
      request_id: 'r',
      details,
      personal,
      salt: salt.toString('hex'),
      personal_digest: digest,
      hash: hash.toString('hex'),
    });
  }
  const [end, base] = [hash.toString('hex'), Buffer.alloc(32).toString('hex')];
  const time = '2030-01-01T00:00:00.000Z';
  const signed = JSON.stringify(['guardbee-audit-head', 'main', count, end, time, 0, base, 'k1']);
  const signature = sign(null, Buffer.from(signed), keys.privateKey).toString('hex');
  const head = {
    chain: 'main',
    n: count,
    hash: end,
    time,
    base_n: 0,
    base_hash: base,
    key_id: 'k1',
    signature,
  };
  const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' });
  return [{ key: { key_id: 'k1', public_key: publicKey } }, { head }, ...events].map((line) =>
    JSON.stringify(line),
  );
}

suite('audit verify', () => {
  const keys = generateKeyPairSync('ed25519');
  const lines = signedTrail(9, keys);
  const verify = (text: readonly string[], more: Partial<AuditVerifyOptions> = {}) => {
    const file = inFolder('trail.ndjson');
    writeFileSync(file, text.map((line) => `${line}\n`).join(''));
    const io = fakeIo();
    return finish(io, verifyAudit({ file, ...more }, io));
  };
  const pem = (name: string, key: KeyObject) => {
    writeFileSync(inFolder(name), key.export({ type: 'spki', format: 'pem' }));
    return inFolder(name);
  };

  test('a whole trail is whole, and a key that came with it is not passed over in silence', async () => {
    const { code, out, err } = await verify(lines);
    assert.equal(code, 0);
    assert.match(out, /^CHAIN +EVENTS +LAST +STATE\nmain +9 +9 +whole, and signed to its end\n$/);
    assert.match(err, /^NOTE: the signatures were held against the key that came with the trail itself/);
    const known = await verify(lines, { publicKey: [pem('own.pem', keys.publicKey)] });
    assert.deepEqual([known.code, known.err], [0, '']);
    const json = JSON.parse((await verify(lines, { json: true })).out);
    assert.deepEqual([json.whole, json.key_believed, json.chains[0].events], [true, true, 9]);
  });

  const changed = (n: number, from: string, to: string) =>
    lines.map((line, index) => (index === n + 1 ? line.replace(from, to) : line));
  for (const [name, text, n] of [
    ['a changed event', changed(4, '"reason":"x"', '"reason":"y"'), 4],
    ['a changed personal part', changed(6, '192.0.2.6', '192.0.2.7'), 6],
    [
      'a personal part that is gone without an erasure',
      lines.map((line, index) =>
        index === 8 ? JSON.stringify({ ...JSON.parse(line), personal: null, salt: null }) : line,
      ),
      7,
    ],
    ['a missing event', lines.toSpliced(6, 1), 5],
    ['two that changed places', lines.toSpliced(4, 2, String(lines[5]), String(lines[4])), 3],
    ['an end that was cut off', lines.slice(0, -2), 8],
    ['an event behind the end', [...lines, String(lines[10]).replace('"n":9', '"n":10')], 10],
    ['a head that is gone', lines.toSpliced(1, 1), 0],
  ] as const) {
    test(`${name}: exit code 1, and the event is named`, async () => {
      const { code, out, err } = await verify(text);
      assert.equal(code, 1);
      assert.match(
        err,
        new RegExp(`guardbee: The audit trail is not whole\\. It begins at event ${n} of chain main: `),
      );
      assert.match(out, /^CHAIN +EVENT +FAULT +WHAT IS WRONG$/m);
    });
  }

  test('a trail that somebody signed anew is genuine only by its own key', async () => {
    const forged = signedTrail(9, generateKeyPairSync('ed25519'));
    assert.equal((await verify(forged)).code, 0);
    const { code, err } = await verify(forged, { publicKey: [pem('own.pem', keys.publicKey)] });
    assert.equal(code, 1);
    assert.match(err, /signed with the key "k1", which is not known here/);
  });

  test('an older state is found by an earlier export', async () => {
    const earlier = inFolder('earlier.ndjson');
    writeFileSync(earlier, lines.join('\n'));
    const older = await verify(signedTrail(5, keys), { earlier });
    assert.equal(older.code, 1);
    assert.match(older.err, /The chain had come to event 9 already/);
    assert.equal((await verify(signedTrail(12, keys), { earlier })).code, 0);
    const gone = await verify(lines.slice(0, 1), { earlier });
    assert.match(gone.err, /gone altogether/);
  });

  test('what is no trail, or an empty one, is not whole', async () => {
    const empty = await verify([]);
    assert.equal(empty.code, 1);
    assert.match(empty.err, /There is not a single event in it/);
    for (const text of [
      ['{"n":1}'],
      [...lines.slice(0, 5), '{"cut'],
      ['null'],
      changed(2, '"n":2', '"n":"2"'),
      // Another reader may take the first of two equal keys, or believe one that no hash covers.
      changed(2, '"subject":"u"', '"subject":"v","subject":"u"'),
      changed(2, '{"reason":"x"}', '{"reason":"y","reason":"x"}'),
      changed(2, '"personal":{', '"personal":{"ip":"198.51.100.1",'),
      changed(2, '"subject":"u"', '"subject":"u","subject_email":"jane@example.com"'),
      changed(0, '"n":9', '"n":9,"events":9'),
      changed(0, '{"head"', '{"key_id":"k1","head"'),
    ]) {
      const { code, err } = await verify(text);
      assert.equal(code, 1, text[0]);
      assert.match(err, /^guardbee: Line \d+ is not a line of an exported audit trail/);
    }
    const io = fakeIo();
    assert.equal((await finish(io, verifyAudit({ file: inFolder('none') }, io))).code, 1);
    assert.equal((await finish(io, verifyAudit({ file: 'x', offline: true }, io))).code, 2);
    assert.equal((await finish(io, verifyAudit({ dataDir: 'x' }, io))).code, 2);
  });

  test('the keys of a trail are printed for keeping', async () => {
    const file = inFolder('trail.ndjson');
    writeFileSync(file, lines.join('\n'));
    const io = fakeIo();
    const { out } = await finish(io, showAuditKeys({ file }, io));
    assert.equal(out, String(keys.publicKey.export({ type: 'spki', format: 'pem' })));
  });

  test('the keys stand at the beginning: the rest of a trail is not waited for', async (t) => {
    const service = createServer((_request, reply) => {
      reply.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
      reply.write(`${lines.slice(0, 3).join('\n')}\n`);
    });
    const hungUp = once(service, 'request').then(([, reply]) => once(reply, 'close'));
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      service.closeAllConnections();
      service.close();
    });
    const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
    const io = fakeIo({ env: { ...env, GUARDBEE_ENDPOINT: url } });
    const { code, out } = await finish(io, showAuditKeys({ json: true }, io));
    assert.deepEqual([code, JSON.parse(out)[0].key_id], [0, 'k1']);
    await hungUp;
  });
});
