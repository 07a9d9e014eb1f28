import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fakeIo, finish } from '../fake-io.test-support.ts';
import { fakeService } from '../fake-service.test-support.ts';
import { showActivityCounts } from './activities.ts';
import { trace } from './trace.ts';

const count = {
  time: '2030-01-01T00:00:00Z',
  activity: 'login',
  client: 'gsctl/1',
  user_id: 'u1',
  user_email: 'a@x.de',
  outcome: 'ok',
  count: 6,
  total_ms: 60,
  max_ms: 30,
};

suite('activities', () => {
  test('rows are summed up by step and purpose, with a bar, what was refused, and by whom', async (t) => {
    const counts = [
      count,
      { ...count, outcome: 'refused', count: 2, total_ms: 20, max_ms: 9, user_id: null, user_email: null },
      { ...count, activity: 'list', count: 1, total_ms: 5, max_ms: 5 },
      { ...count, activity: 'list', time: '2030-01-01T01:00:00Z', outcome: 'failed', count: 4, max_ms: 1 },
    ];
    const service = await fakeService(t, { 'GET /v4/activities/': { body: counts } });
    const io = fakeIo({ env: { GUARDBEE_TOKEN: 'x', GUARDBEE_ENDPOINT: service.url } });
    const options = { step: '1h' as const, since: '2030-01-01T00:00:00.000Z', exact: true };
    const { out } = await finish(io, showActivityCounts(options, io));
    assert.deepEqual(
      out
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/ {2,}/g, ' | ')),
      [
        'TIME | ACTIVITY | REQUESTS | REFUSED | FAILED | MEAN | SLOWEST | BY',
        '2030-01-01T00:00:00Z | login | 8 | ████████████████████ | 2 (25 %) | - | 10 ms | 30 ms | a@x.de and 1 more',
        '2030-01-01T00:00:00Z | list | 1 | ██▌ | - | - | 5 ms | 5 ms | a@x.de',
        '2030-01-01T01:00:00Z | list | 4 | ██████████ | - | 4 (100 %) | 15 ms | 1 ms | a@x.de',
      ],
    );
    const { searchParams } = service.requests[0]?.url ?? new URL('http://x');
    assert.deepEqual(Object.fromEntries(searchParams), { from: '2030-01-01T00:00:00.000Z', step: '1h' });
    const json = fakeIo({ env: io.env as never });
    assert.deepEqual(
      JSON.parse((await finish(json, showActivityCounts({ step: '1h', json: true }, json))).out),
      counts,
    );
  });

  test('when nothing was done, nothing is a result', async (t) => {
    const service = await fakeService(t, { 'GET /v4/activities/': { body: [] } });
    const io = fakeIo({ env: { GUARDBEE_TOKEN: 'x', GUARDBEE_ENDPOINT: service.url } });
    const { code, out } = await finish(io, showActivityCounts({ step: '1h' }, io));
    assert.deepEqual([code, out], [0, '']);
  });
});

const traced = {
  id: 'r1',
  requests: [
    {
      request_id: 'r1',
      time: '2030-01-01T00:00:00.040Z',
      ms: 40,
      method: 'POST',
      route: '/v4/auth-tokens/',
      status: 401,
      outcome: 'refused',
      ip: '192.0.2.1',
      user_id: null,
      user_email: null,
      token_id: null,
      activity: 'login',
      command_line: 'gsctl login\x1b[2J',
      user_agent: null,
      original: 'GET /orders',
      trace_id: null,
    },
  ],
  audit_events: [
    {
      chain: 'main',
      n: 1,
      time: '2030-01-01T00:00:00.035Z',
      event: 'login.failed',
      subject: 'u1',
      subject_email: null,
      actor: null,
      actor_email: null,
      request_id: 'r1',
      details: { reason: 'disabled' },
      personal: { email: 'a@x.de' },
    },
  ],
};

test('trace tells a request as it happened, counted from its beginning', async (t) => {
  const service = await fakeService(t, { 'GET /v4/requests/r1/': { body: traced } });
  const env = { GUARDBEE_TOKEN: 'x', GUARDBEE_ENDPOINT: service.url };
  const run = (options: object) => {
    const io = fakeIo({ env });
    return finish(io, trace({ id: 'r1', ...options }, io));
  };
  assert.deepEqual((await run({ exact: true })).out.trimEnd().split('\n'), [
    'r1  2030-01-01T00:00:00.000Z',
    '     +0 ms  POST /v4/auth-tokens/ about GET /orders → 401 refused in 40 ms',
    '              from     192.0.2.1',
    '              for      login',
    '              command  gsctl login\\u001b[2J',
    '    +35 ms  login.failed reason=disabled',
    '              about  a@x.de',
  ]);
  assert.deepEqual(JSON.parse((await run({ json: true })).out), traced);
  const missing = await run({ id: 'r2' });
  assert.deepEqual([missing.code, missing.out], [1, '']);
});
