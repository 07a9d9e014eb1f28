import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { AUDIT_EVENTS } from '../../src/audit-events.ts';
import { call } from '../http.ts';
import { ADMIN, base64 } from '../service.ts';
import { admin, api, assertGeneric, login, newUser, PASSWORD, service } from '../walk.ts';

const verifier = join(import.meta.dirname, '../../../../examples/audit-verifier/verify.mjs');
const get = (path: string) => api.call('GET', path, { token: admin });

describe('the audit trail', () => {
  test('has one event for what was done, by whom, to whom, from where and in answer to which request', async () => {
    const token = await newUser('audited@example.com');
    const headers = {
      'x-request-id': 'audit-walk-1',
      'x-giant-swarm-activity': 'tidy-up',
      'x-giant-swarm-cmdline': 'gsctl logout --auth-token=secret',
      'user-agent': 'gsctl/0.24.1',
    };
    await api.call('DELETE', '/v4/auth-tokens/', { token, headers });
    const { body } = await get('/v4/audit-events/?request_id=audit-walk-1');
    const [{ chain, n, time, subject, actor, details, ...rest }, ...others] = body;
    assert.deepEqual(others, []);
    assert.deepEqual(rest, {
      event: 'token.revoked',
      subject_email: 'audited@example.com',
      actor_email: 'audited@example.com',
      request_id: 'audit-walk-1',
      personal: {
        ip: '127.0.0.1',
        user_agent: 'gsctl/0.24.1',
        activity: 'tidy-up',
        command_line: 'gsctl logout --auth-token=[redacted]',
      },
    });
    assert.equal(subject, actor);
    assert.equal(details.cause, 'logout');
    assert.ok(Date.parse(time) > Date.now() - 3_600_000 && n > 0 && chain === 'main');
  });

  test('is filtered and paged, the latest first', async () => {
    for (const name of ['one', 'two', 'three']) await newUser(`paged-${name}@example.com`);
    const created = await get('/v4/audit-events/?event=user.created&limit=2');
    assert.deepEqual(
      created.body.map((event: { subject_email: string }) => event.subject_email),
      ['paged-three@example.com', 'paged-two@example.com'],
    );
    const next = /<([^>]+)>; rel="next"/.exec(String(created.headers.link))?.[1];
    const second = await get(String(next));
    assert.equal(second.body[0].subject_email, 'paged-one@example.com');
    const another = String(next).replace('user.created', 'login.succeeded');
    assertGeneric(await get(another), 400, 'INVALID_INPUT');
    const target = 'http://evil.example/v4/audit-events/?event=user.created&limit=1';
    const absolute = await call(service.url, 'GET', target, { token: admin });
    assert.match(String(absolute.headers.link), /^<\/v4\/audit-events\/\?event=/);
    const of = await get(`/v4/audit-events/?subject=PAGED-one@example.com&actor=${ADMIN.email}`);
    assert.deepEqual(
      of.body.map(({ event }: { event: string }) => event),
      ['user.created'],
    );
    assert.deepEqual((await get('/v4/audit-events/?subject=nobody@example.com')).body, []);
    assert.deepEqual((await get('/v4/audit-events/?from=2099-01-01T00:00:00Z')).body, []);
    assertGeneric(await get('/v4/audit-events/?from=yesterday'), 400, 'INVALID_INPUT');
    assertGeneric(await get('/v4/audit-events/?event=user.blamed'), 400, 'INVALID_INPUT');
  });

  test('holds events of the closed list only', async () => {
    const { body } = await get('/v4/audit-events/?limit=1000');
    for (const { event } of body) assert.ok(event in AUDIT_EVENTS, event);
  });

  test('is verified by a program that knows nothing of this service, which names what was changed', async () => {
    const { text, headers } = await get('/v4/audit-events/export/');
    assert.match(String(headers['content-type']), /^application\/x-ndjson/);
    const folder = mkdtempSync(join(tmpdir(), 'guardbee-audit-'));
    try {
      const file = join(folder, 'audit.ndjson');
      const run = async (content: string) => {
        writeFileSync(file, content);
        return promisify(execFile)(process.execPath, [verifier, file]).then(
          ({ stdout }) => stdout,
          (error: { code: number; stderr: string }) => {
            assert.equal(error.code, 1);
            return error.stderr;
          },
        );
      };
      assert.match(await run(text), /^whole: \d+ events in 1 chains\n$/);
      assert.match(await run(text.replace('"subject":"', '"subject":"x')), /event \d+: was changed/);
      const lines = text.trimEnd().split('\n');
      assert.match(await run(lines.slice(0, -1).join('\n')), /the end was cut off/);
      assert.match(await run(lines.toSpliced(5, 1).join('\n')), /is missing/);
      assert.match(
        await run(text.replace('"ip":"127.0.0.1"', '"ip":"127.0.0.2"')),
        /personal part was changed/,
      );
      const last = JSON.parse(String(lines.at(-1)));
      const behind = JSON.stringify({ ...last, n: last.n + 1 });
      assert.match(
        await run(`${text}${behind}\n`),
        new RegExp(`event ${last.n + 1}: stands behind the signed end`),
      );
      for (const bad of [
        '{"n":',
        'null',
        String(lines[5]).replace('"subject":', '"subject":"x","subject":'),
        String(lines[5]).replace('"subject":', '"email":"x","subject":'),
        String(lines[5]).replace(/"n":\d+/, '"n":"x"'),
        String(lines[1]).replace('"n":', '"more":1,"n":'),
        `{"more":1,${String(lines[1]).slice(1)}`,
      ]) {
        assert.match(
          await run(lines.toSpliced(5, 0, bad).join('\n')),
          /^line 6 is not one of an exported audit trail$/m,
          bad,
        );
      }
      assert.match(
        await run(lines.toSpliced(2, 0, String(lines[1])).join('\n')),
        /is the end of a chain that has one already/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('is verified by a hundred lines, as its guide says', () => {
    assert.ok(readFileSync(verifier, 'utf8').trimEnd().split('\n').length <= 100);
  });

  test('comes as CSV too', async () => {
    const { text, headers } = await get('/v4/audit-events/export/?format=csv');
    assert.match(String(headers['content-type']), /^text\/csv/);
    assert.match(text, /^time,event,subject,actor,request_id,details,personal,chain,n,hash\r\n/);
  });

  test('what is personal about a user is erased with the user, and the chain stays whole', async () => {
    await newUser('forgotten@example.com', { name: "forgotten's laptop" });
    const path = '/v4/users/forgotten@example.com/?erase=true';
    assert.equal((await api.call('DELETE', path, { token: admin })).status, 200);
    const { text } = await get('/v4/audit-events/export/');
    assert.doesNotMatch(text, /forgotten/);
    assert.match(text, /"event":"user\.erased"/);
  });

  test('nor is anything of them left in the records of requests', async () => {
    const email = 'unrecorded@example.com';
    await newUser(email);
    const named = (id: string, more: object = {}) => ({
      headers: {
        'x-request-id': id,
        'x-giant-swarm-activity': 'leave',
        'x-giant-swarm-cmdline': `gsctl look --for=${email}`,
      },
      ...more,
    });
    const body = (password: string) => ({ body: { email, password_base64: base64(password) } });
    await api.call('POST', '/v4/auth-tokens/', named('left-1', body(PASSWORD)));
    await api.call('POST', '/v4/auth-tokens/', named('left-2', body('wrong')));
    await api.call('GET', '/v4/users/', named('left-3', { token: admin }));
    const before = (await get('/v4/requests/?limit=1000&activity=leave')).body;
    assert.deepEqual(
      before.map(({ request_id, user_email }: Record<string, string | null>) => [request_id, user_email]),
      [
        ['left-3', ADMIN.email],
        ['left-2', null],
        ['left-1', email],
      ],
    );
    // At once: what has just come is still in memory.
    await api.call('GET', '/v4/users/', named('left-4', { token: admin }));
    const path = `/v4/users/${email}/?erase=true`;
    assert.equal((await api.call('DELETE', path, named('left-5', { token: admin }))).status, 200);
    const { body: after, text } = await get('/v4/requests/?limit=1000&activity=leave');
    assert.deepEqual(
      after.map(({ request_id, command_line }: Record<string, string | null>) => [request_id, command_line]),
      ['left-5', 'left-4', 'left-3'].map((id) => [id, null]),
    );
    assert.ok(!text.includes(email));
  });

  test('single requests come page by page, each once, however many come meanwhile', async () => {
    const named = (id: string) => ({
      token: admin,
      headers: { 'x-request-id': id, 'x-giant-swarm-activity': 'page' },
    });
    for (let n = 1; n <= 5; n += 1) await api.call('GET', '/v4/users/', named(`page-${n}`));
    const seen: string[] = [];
    let path: string | undefined = '/v4/requests/?activity=page&limit=2';
    for (; path !== undefined; ) {
      const { body, headers } = await get(path);
      seen.push(...body.map(({ request_id }: Record<string, string>) => request_id));
      path = /<([^>]+)>; rel="next"/.exec(String(headers.link))?.[1];
      await api.call('GET', '/v4/users/', named('page-later'));
    }
    assert.deepEqual(seen, ['page-5', 'page-4', 'page-3', 'page-2', 'page-1']);
    const { link } = (await get('/v4/requests/?activity=page&limit=2')).headers;
    const cursor = /cursor=([^>&]+)/.exec(String(link))?.[1];
    for (const list of [
      `/v4/requests/?cursor=${cursor}`,
      `/v4/requests/?activity=page&outcome=ok&cursor=${cursor}`,
      `/v4/audit-events/?cursor=${cursor}`,
      '/v4/requests/?activity=page&cursor=MSAx.AAAA',
    ])
      assertGeneric(await api.call('GET', list, { token: admin }), 400, 'INVALID_INPUT');
  });

  test('is for administrators', async () => {
    const token = await login('audited@example.com');
    for (const path of [
      '/v4/audit-events/',
      '/v4/audit-events/export/',
      '/v4/activities/',
      '/v4/requests/',
      '/v4/requests/some-id/',
    ]) {
      assertGeneric(await api.call('GET', path, { token }), 401, 'PERMISSION_DENIED');
    }
  });
});

describe('activities', () => {
  test('are counted and timed by activity, client, user and outcome', async () => {
    const token = await newUser('busy@example.com');
    const headers = { 'x-giant-swarm-activity': 'list-clusters', 'user-agent': 'happa/1.0 (a browser)' };
    for (let n = 0; n < 3; n++) await api.call('GET', '/v4/user/', { token, headers });
    await api.call('GET', '/v4/users/', { token, headers });
    const { body } = await get('/v4/activities/?activity=list-clusters&step=1d');
    const rows = body.map(({ time, user_id, total_ms, max_ms, ...row }: Record<string, unknown>) => row);
    const who = { activity: 'list-clusters', client: 'happa/1.0', user_email: 'busy@example.com' };
    assert.deepEqual(rows, [
      { ...who, outcome: 'ok', count: 3 },
      { ...who, outcome: 'refused', count: 1 },
    ]);
  });

  test('lead to single requests, and a request id to everything that is known of it', async () => {
    const token = await newUser('traced@example.com');
    const headers = {
      'x-request-id': 'trace-me.1',
      'x-giant-swarm-activity': 'rename-user',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    };
    await api.call('PATCH', '/v4/users/traced@example.com/', {
      token,
      headers,
      body: { email: 'renamed@example.com' },
    });
    await api.call('GET', '/verify', { token, headers });
    const listed = await get('/v4/requests/?activity=rename-user&outcome=ok&limit=1000');
    assert.equal(listed.body.length, 2);
    const { body } = await get('/v4/requests/trace-me.1/');
    assert.deepEqual(
      body.requests.map(({ method, route, status, trace_id: trace }: Record<string, unknown>) => [
        method,
        route,
        status,
        trace,
      ]),
      [
        ['PATCH', '/v4/users/:email/', 200, '4bf92f3577b34da6a3ce929d0e0e4736'],
        ['GET', '/verify', 200, '4bf92f3577b34da6a3ce929d0e0e4736'],
      ],
    );
    assert.deepEqual(
      body.audit_events.map(({ event }: { event: string }) => event),
      ['user.modified'],
    );
    assertGeneric(await get('/v4/requests/never-seen/'), 404, 'RESOURCE_NOT_FOUND');
  });

  test('a request that names neither itself nor an activity and merely looks something up is not kept', async () => {
    const token = await newUser('quiet@example.com');
    await api.call('GET', '/v4/user/', { token });
    const { body } = await get('/v4/requests/?limit=1000');
    const own = body.filter((row: { user_email: string }) => row.user_email === 'quiet@example.com');
    assert.deepEqual(
      own.map(({ route }: { route: string }) => route),
      ['/v4/auth-tokens/'],
      'the login changed something',
    );
  });
});

describe('too many wrong passwords', () => {
  test('are 429 at every door, and an administrator opens the account again', async () => {
    const email = 'hasty@example.com';
    const token = await newUser(email);
    const guess = (n: number) =>
      api.call('POST', '/v4/auth-tokens/', { body: { email, password_base64: base64(`guess ${n}`) } });
    for (let n = 0; n < 5; n++) assertGeneric(await guess(n), 401, 'INVALID_CREDENTIALS');
    const refused = await guess(5);
    assertGeneric(refused, 429, 'TOO_MANY_REQUESTS');
    assert.match(String(refused.headers['retry-after']), /^\d+$/);
    const body = {
      current_password_base64: base64(PASSWORD),
      new_password_base64: base64('another long pass phrase'),
    };
    assert.equal((await api.call('POST', `/v4/users/${email}/password/`, { token, body })).status, 429);
    const unlock = (who: string | undefined, whom = email) =>
      api.call('DELETE', `/v4/users/${whom}/lock/`, { token: who });
    assertGeneric(await unlock(token), 401, 'PERMISSION_DENIED');
    assertGeneric(await unlock(admin, 'nobody@example.com'), 404, 'RESOURCE_NOT_FOUND');
    assertGeneric(await unlock(admin), 200, 'RESOURCE_DELETED');
  });
});

describe('the chains', () => {
  test('are told by their signed ends', async () => {
    const { body, status } = await get('/v4/audit-chains/');
    assert.equal(status, 200);
    const [{ chain, first, last, state, ...rest }, ...others] = body;
    assert.deepEqual([chain, first, state, others], ['main', 1, 'whole_end', []]);
    assert.deepEqual(Object.keys(rest).sort(), ['key_id', 'time']);
    const { body: latest } = await get('/v4/audit-events/?limit=1');
    assert.equal(last, latest[0].n);
    assertGeneric(await api.call('GET', '/v4/audit-chains/'), 401, 'PERMISSION_DENIED');
  });
});

describe('the status', () => {
  test('has the figures of the metrics, and is for administrators', async () => {
    const { body: before } = await get('/v4/status/');
    await api.call('POST', '/v4/auth-tokens/', {
      body: { email: 'no@example.com', password_base64: base64('x') },
    });
    const { body } = await get('/v4/status/');
    assert.equal(body.logins.refused, before.logins.refused + 1);
    assert.equal(body.password_hashes, before.password_hashes + 1);
    assert.equal(body.verifications.accepted, before.verifications.accepted + 1);
    assert.deepEqual([body.cluster, body.process === before.process], [null, true]);
    assert.deepEqual([body.ready, body.hash_queue_waiting, body.started], [true, 0, before.started]);
    assertGeneric(await api.call('GET', '/v4/status/'), 401, 'PERMISSION_DENIED');
  });
});
