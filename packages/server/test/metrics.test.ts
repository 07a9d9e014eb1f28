import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call } from './http.ts';
import { startTestService } from './service.ts';

test('metrics are where everything else is, or alone at an address of their own', async (t) => {
  const together = await startTestService();
  t.after(() => together.close());
  const text = (await call(together.url, 'GET', '/metrics')).text;
  assert.match(text, /^guardbee_logins_total\{outcome="succeeded"\} 0$/m);

  const apart = await startTestService({ GUARDBEE_METRICS_LISTEN: '127.0.0.1:0' });
  t.after(() => apart.close());
  assert.equal((await call(apart.url, 'GET', '/metrics')).status, 404);
  assert.equal((await call(apart.url, 'GET', '/openapi.json')).body.paths['/metrics'], undefined);
  const url = /metrics on (http:\/\/127\.0\.0\.1:\d+)\/metrics/.exec(apart.log())?.[1] ?? '';
  const reply = await call(url, 'GET', '/metrics');
  assert.match(String(reply.headers['content-type']), /^text\/plain; version=0\.0\.4/);
  assert.match(reply.text, /^guardbee_password_hashes_total /m);
  for (const [method, path] of [
    ['GET', '/v4/user/'],
    ['GET', '/'],
    ['POST', '/metrics'],
  ] as const) {
    const refused = await call(url, method, path);
    assert.deepEqual([refused.status, refused.body.code], [404, 'RESOURCE_NOT_FOUND'], path);
  }
});

test('what is refused, defective or renewed is told', async (t) => {
  const service = await startTestService({ GUARDBEE_HASH_THREADS: '3' });
  t.after(() => service.close());
  const { text } = await call(service.url, 'GET', '/metrics');
  assert.match(text, /^guardbee_hash_threads 3$/m);
  for (const name of ['hash_queue_refused_total', 'requests_failed_total', 'log_lines_dropped_total'])
    assert.match(text, new RegExp(`^guardbee_${name} 0$`, 'm'));
  assert.match(text, /^guardbee_ready 1$/m);
  assert.match(text, /^guardbee_build_info\{version="\d+\.\d+\.\d+"\} 1$/m);
  // Only where there is one.
  assert.doesNotMatch(text, /guardbee_certificate_end/);
});
