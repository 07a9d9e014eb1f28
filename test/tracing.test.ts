import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ADMIN, base64, serve, temporaryFolder } from './guardbee.ts';

interface Span {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly parent?: string;
  readonly status: { readonly code: number };
  readonly attributes: Readonly<Record<string, string | number>>;
}

test('where OpenTelemetry is set up each request is a span of its caller’s trace, without anything personal', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'spans');
  const setUp = join(import.meta.dirname, 'support/telemetry.mjs');
  const service = await serve(join(folder.path, 'data'), { SPANS: file, NODE_OPTIONS: `--import=${setUp}` });
  const traceId = 'a'.repeat(32);
  const spanId = 'b'.repeat(16);
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { traceparent: `00-${traceId}-${spanId}-01`, 'X-Request-ID': 'traced', ...init.headers };
    return fetch(service.url + path, { ...init, headers });
  };
  const body = JSON.stringify({ email: ADMIN.email, password_base64: base64(ADMIN.password) });
  const { auth_token: token } = (await (await ask('/v4/auth-tokens/', { method: 'POST', body })).json()) as {
    auth_token: string;
  };
  const headers = { Authorization: `giantswarm ${token}` };
  for (let n = 0; n < 3; n++) assert.equal((await ask('/v4/user/', { headers })).status, 200);
  await ask(`/v4/users/${ADMIN.email}/`, { headers });
  await ask('/nowhere');
  assert.equal(await service.stop(), 0);

  const text = readFileSync(file, 'utf8');
  const spans: Span[] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    spans.map(({ name, attributes }) => [name, attributes['http.response.status_code']]),
    [
      ['POST /v4/auth-tokens/', 200],
      // The remembered ones too: no shortcut goes past the trace.
      ['GET /v4/user/', 200],
      ['GET /v4/user/', 200],
      ['GET /v4/user/', 200],
      ['GET /v4/users/:email/', 200],
      ['GET', 404],
    ],
  );
  const SERVER = 1;
  for (const span of spans) {
    assert.deepEqual([span.traceId, span.parent, span.kind], [traceId, spanId, SERVER]);
    assert.equal(span.attributes['guardbee.request_id'], 'traced');
  }
  for (const secret of [ADMIN.email, token, ADMIN.password, base64(ADMIN.password)])
    assert.ok(!text.includes(secret), secret);
});
