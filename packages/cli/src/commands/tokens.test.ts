import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeIo } from '../fake-io.test-support.ts';
import { fakeService } from '../fake-service.test-support.ts';
import { listTokens, revokeTokens } from './tokens.ts';

test('a dot for an id or a user is refused in words, and nothing is asked of the service', async (t) => {
  const { url, requests } = await fakeService(t, {});
  const io = fakeIo({ env: { GUARDBEE_TOKEN: 'x', GUARDBEE_ENDPOINT: url } });
  for (const dots of ['.', '..']) {
    await assert.rejects(revokeTokens({ ids: [dots] }, io), /parameter 'id' must not be '\.\.?'/);
    await assert.rejects(revokeTokens({ ids: [], user: dots }, io), /parameter 'email' must not be/);
    await assert.rejects(listTokens({ user: dots }, io), /parameter 'email' must not be/);
  }
  assert.deepEqual([requests, io.stdout], [[], '']);
});
