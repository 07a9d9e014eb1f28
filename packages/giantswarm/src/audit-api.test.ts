import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, beforeEach, suite, test } from 'node:test';
import { startRecordingServer } from '../test/recording-server.ts';
import {
  ApiClient,
  AuditApi,
  InfoApi,
  isApiError,
  nextCursor,
  UsersApi,
  V4ActivityCount,
  V4AuditChain,
  V4AuditEvent,
  V4GenericResponse,
  V4RecordedRequest,
  V4Status,
  V4TracedRequest,
} from './members.ts';

const event = {
  chain: 'c',
  n: 7,
  time: '2030-01-01T00:00:00Z',
  event: 'login.failed',
  subject: 'u1',
  subject_email: 'a+b@x.de',
  actor: null,
  actor_email: null,
  request_id: 'r1',
  details: { reason: 'wrong', nested: { constructor: 'x' } },
  personal: { ip: '::1', user_agent: 'curl' },
};
const count = {
  time: '2030-01-01T00:00:00Z',
  activity: 'list-clusters',
  client: 'gsctl/1',
  user_id: null,
  user_email: null,
  outcome: 'ok',
  count: 3,
  total_ms: 30,
  max_ms: 20,
};
const request = {
  request_id: 'r1',
  time: '2030-01-01T00:00:00Z',
  ms: 4,
  method: 'GET',
  route: '/v4/users/:email/',
  status: 200,
  outcome: 'ok',
  ip: '::1',
  user_id: 'u1',
  user_email: 'a+b@x.de',
  token_id: 't1',
  activity: 'users-show',
  command_line: 'guardbee users show',
  user_agent: 'curl',
  original: null,
  trace_id: null,
};

suite('AuditApi and what belongs to it', async () => {
  const server = await startRecordingServer();
  const client = new ApiClient();
  client.basePath = server.url;
  const api = new AuditApi(client);
  after(() => server[Symbol.asyncDispose]());
  beforeEach(() => {
    server.requests = [];
  });

  test('events are asked for by any filter, page by page, and details stay as they came', async () => {
    const headers = { Link: '</v4/audit-events/?limit=1&cursor=YQ>; rel="next"' };
    server.answer = { body: [event, { ...event, personal: null }], headers };
    const filter = {
      event: 'login.failed',
      subject: 'a+b@x.de',
      actor: 'u2',
      request_id: 'r1',
      from: new Date(0),
      to: '2030-01-02T00:00:00+01:00',
    };
    const { data, response } = await api.getAuditEventsWithHttpInfo({
      ...filter,
      limit: 2,
      xRequestID: 'own',
    });
    const query = new URL(server.last.url, server.url);
    assert.equal(query.pathname, '/v4/audit-events/');
    assert.deepEqual(Object.fromEntries(query.searchParams), {
      ...filter,
      from: '1970-01-01T00:00:00.000Z',
      limit: '2',
    });
    assert.equal(server.last.headers['x-request-id'], 'own');
    assert.ok(data[0] instanceof V4AuditEvent);
    assert.deepEqual(JSON.parse(JSON.stringify(data[0])), event);
    assert.equal(data[0].subjectEmail, 'a+b@x.de');
    assert.equal(data[1]?.personal, null);
    assert.equal(nextCursor(response), 'YQ');
    await api.getAuditEvents();
    assert.equal(server.last.url, '/v4/audit-events/');
  });

  test('activities and requests are asked for by their filters', async () => {
    server.answer = { body: [count] };
    const [row] = await api.getActivities({ from: 'a', to: 'b', step: '5m', activity: 'c d' });
    assert.equal(server.last.url, '/v4/activities/?from=a&to=b&step=5m&activity=c+d');
    assert.ok(row instanceof V4ActivityCount);
    assert.deepEqual([row.totalMs, row.maxMs, row.userEmail], [30, 20, null]);
    server.answer = { body: [request] };
    const filter = { activity: 'c', outcome: 'refused', from: 'a', to: 'b' } as const;
    const [one] = await api.getRequests({ ...filter, limit: 5, cursor: 'd' });
    assert.equal(server.last.url, '/v4/requests/?from=a&to=b&activity=c&outcome=refused&limit=5&cursor=d');
    assert.ok(one instanceof V4RecordedRequest);
    assert.deepEqual(JSON.parse(JSON.stringify(one)), request);
    assert.equal(one.commandLine, 'guardbee users show');
  });

  test('chains and the status are asked for, and figures stay as they came', async () => {
    const chain = {
      chain: 'main',
      first: 1,
      last: 9,
      time: '2030-01-01T00:00:00Z',
      key_id: 'k',
      state: 'changed',
    };
    server.answer = { body: [chain] };
    const [end] = await api.getAuditChains({ xGiantSwarmActivity: 'look' });
    assert.deepEqual([server.last.method, server.last.url], ['GET', '/v4/audit-chains/']);
    assert.equal(server.last.headers['x-giant-swarm-activity'], 'look');
    assert.ok(end instanceof V4AuditChain);
    assert.deepEqual([JSON.parse(JSON.stringify(end)), end.keyId], [chain, 'k']);
    const status = { version: '1', ready: false, logins: { refused: 2 }, hash_queue_waiting: 3 };
    server.answer = { body: status };
    const seen = await new InfoApi(client).getStatus();
    assert.equal(server.last.url, '/v4/status/');
    assert.ok(seen instanceof V4Status);
    assert.deepEqual(JSON.parse(JSON.stringify(seen)), status);
    assert.equal(seen.hashQueueWaiting, 3);
  });

  test('one request id gives models down to the leaves', async () => {
    server.answer = { body: { id: 'r/1', requests: [request], audit_events: [event] } };
    const traced = await api.getRequest('r/1');
    assert.equal(server.last.url, '/v4/requests/r%2F1/');
    assert.ok(traced instanceof V4TracedRequest && traced.requests?.[0] instanceof V4RecordedRequest);
    assert.ok(traced.auditEvents?.[0] instanceof V4AuditEvent);
    assert.throws(() => api.getRequest(undefined as never), /Missing the required parameter 'id'/);
  });

  test('a user is unlocked, and erased where it is asked for and only there', async () => {
    server.answer = { body: { code: 'RESOURCE_DELETED', message: 'm' } };
    const users = new UsersApi(client);
    assert.ok((await users.unlockUser('a+b@x.de')) instanceof V4GenericResponse);
    assert.deepEqual([server.last.method, server.last.url], ['DELETE', '/v4/users/a%2Bb%40x.de/lock/']);
    assert.throws(() => users.unlockUser(null as never), /Missing the required parameter 'email'/);
    await users.unlockUser('not-an-e-mail');
    assert.equal(server.last.url, '/v4/users/not-an-e-mail/lock/');
    await users.deleteUser('a@x.de', { erase: true });
    assert.deepEqual([server.last.method, server.last.url], ['DELETE', '/v4/users/a%40x.de/?erase=true']);
    await users.deleteUser('giantswarm t', 'a@x.de', { erase: true });
    assert.equal(server.last.url, '/v4/users/a%40x.de/?erase=true');
    await users.deleteUser('a@x.de', { erase: null });
    assert.equal(server.last.url, '/v4/users/a%40x.de/');
  });
});

suite('the export is a stream', async () => {
  /** What the service does once the headers and the first chunk are out. */
  let then: 'ends' | 'waits' | 'breaks' = 'ends';
  let type = 'application/x-ndjson; charset=utf-8';
  let asked: { url?: string | undefined; accept?: string | undefined } = {};
  let gone: () => void = () => {};
  const server = createServer((request, reply) => {
    asked = { url: request.url, accept: request.headers.accept };
    reply.on('close', () => gone());
    reply.writeHead(request.url?.includes('csv') && type === 'refuse' ? 401 : 200, { 'Content-Type': type });
    reply.write('{"n":1}\n');
    if (then === 'ends') reply.end('{"n":2}\n');
    if (then === 'breaks') setTimeout(() => reply.destroy(), 20);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new ApiClient();
  client.basePath = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api = new AuditApi(client);
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    then = 'ends';
    type = 'application/x-ndjson; charset=utf-8';
  });

  test('it is read chunk by chunk, or whole', async () => {
    const text = await new Response(await api.exportAuditEvents()).text();
    assert.equal(text, '{"n":1}\n{"n":2}\n');
    assert.deepEqual(asked, { url: '/v4/audit-events/export/', accept: 'application/x-ndjson' });
    type = 'text/csv';
    const { data, response } = await api.exportAuditEventsWithHttpInfo({ format: 'csv' });
    assert.deepEqual([response.status, response.type], [200, 'text/csv']);
    assert.deepEqual(asked, { url: '/v4/audit-events/export/?format=csv', accept: 'text/csv' });
    await data.cancel();
  });

  test('the first chunk is there while the rest is still to come; the time limit has held until then', async () => {
    then = 'waits';
    const stream = await api.exportAuditEvents({ timeout: 200 });
    const reader = stream.getReader();
    assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), '{"n":1}\n');
    const late = await Promise.race([
      reader.read().catch((error: Error) => error),
      new Promise((resolve) => setTimeout(resolve, 400, 'still open')),
    ]);
    assert.equal(late, 'still open');
    const closed = new Promise<void>((resolve) => {
      gone = resolve;
    });
    await reader.cancel();
    await closed;
  });

  test('the signal ends it at any time, and breaking off is no end', async () => {
    then = 'waits';
    const controller = new AbortController();
    const reader = (await api.exportAuditEvents({ signal: controller.signal })).getReader();
    await reader.read();
    const rest = reader.read();
    controller.abort(new Error('enough'));
    await assert.rejects(rest, { message: 'enough' });
    then = 'breaks';
    await assert.rejects(new Response(await api.exportAuditEvents()).text());
  });

  test('something else than an export is no result', async () => {
    type = 'text/html';
    await assert.rejects(api.exportAuditEvents(), { code: 'ERR_UNEXPECTED_RESPONSE' });
    type = 'refuse';
    await assert.rejects(api.exportAuditEvents({ format: 'csv' }), (error) => isApiError(error));
  });
});
