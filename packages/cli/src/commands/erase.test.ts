import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeIo, finish } from '../fake-io.test-support.ts';
import { fakeService } from '../fake-service.test-support.ts';
import { eraseUser, unlockUser } from './users.ts';

test('erase goes on only when the e-mail was typed, or with --yes; unlock asks nothing', async (t) => {
  const done = { body: { code: 'RESOURCE_DELETED', message: 'm' } };
  const service = await fakeService(t, {
    'DELETE /v4/users/a%40x.de/': done,
    'DELETE /v4/users/a%40x.de/lock/': done,
  });
  const env = { GUARDBEE_TOKEN: 'x', GUARDBEE_ENDPOINT: service.url };
  const erase = (answers: string[] | undefined, yes = false) => {
    const io = fakeIo({ env, ...(answers ? { answers } : {}) });
    return finish(io, eraseUser({ email: 'a@x.de', yes }, io));
  };
  assert.equal((await erase(undefined)).code, 2);
  assert.equal((await erase(['A@x.de'])).code, 2);
  assert.equal((await erase(['y'])).code, 2);
  assert.equal(service.requests.length, 0, 'nothing was asked of the service');
  assert.match((await erase(['a@x.de'])).out, /^Erased a@x\.de\. The audit trail can still be verified\.\n$/);
  assert.equal((await erase(undefined, true)).code, 0);
  assert.deepEqual(
    service.requests.map(({ url }) => url.search),
    ['?erase=true', '?erase=true'],
  );
  const io = fakeIo({ env });
  const { out } = await finish(io, unlockUser({ email: 'a@x.de', json: true }, io));
  assert.deepEqual(JSON.parse(out), { email: 'a@x.de' });
});
