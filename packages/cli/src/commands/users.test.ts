import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeIo, finish } from '../fake-io.test-support.ts';
import { fakeService } from '../fake-service.test-support.ts';
import { setExpiry } from './users.ts';

test('the expiry that was set is told as the service keeps it, not as it was typed', async (t) => {
  const service = await fakeService(t, {
    'PATCH /v4/users/a%40x.de/': { body: { email: 'a@x.de', expiry: '2030-01-31T11:00:00Z' } },
  });
  const env = { GUARDBEE_TOKEN: 'x', GUARDBEE_ENDPOINT: service.url };
  const set = (options: object) => {
    const io = fakeIo({ env });
    return finish(io, setExpiry({ email: 'a@x.de', expiry: '2030-01-31T12:00:00+01:00', ...options }, io));
  };
  const { out } = await set({ json: true });
  assert.deepEqual(JSON.parse(out), { email: 'a@x.de', expiry: '2030-01-31T11:00:00Z' });
  assert.equal((await set({ exact: true })).out, 'a@x.de expires 2030-01-31T11:00:00Z.\n');
});
