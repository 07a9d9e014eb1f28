import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuditApi } from 'giantswarm';
import { callOptions, clientFor, explain } from './connection.ts';
import type { CommandError } from './exit-codes.ts';
import { fakeIo } from './fake-io.test-support.ts';
import { fakeService } from './fake-service.test-support.ts';

test('whoever may trace is pointed to it where the service failed, and not where it refused', async (t) => {
  for (const [status, traced] of [
    [400, false],
    [401, false],
    [404, false],
    [500, true],
    [502, true],
  ] as const) {
    const { url } = await fakeService(t, {
      'GET /v4/requests/x/': { status, body: { code: 'OTHER', message: 'No.' } },
    });
    const api = new AuditApi(clientFor(url, undefined, fakeIo()));
    const error = await api.getRequest('x', callOptions('trace')).catch((thrown: unknown) => thrown);
    const { hint } = explain(error, url, true) as CommandError;
    assert.equal(hint?.startsWith('guardbee trace ') ?? false, traced, String(status));
    assert.equal((explain(error, url) as CommandError).hint, undefined, 'nobody else is');
  }
});
