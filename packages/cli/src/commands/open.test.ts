import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeIo, finish } from '../fake-io.test-support.ts';
import { fakeService } from '../fake-service.test-support.ts';
import { openConsole } from './open.ts';

test('open prints the address, and says so when there is no console', async (t) => {
  const page = { 'GET /console/': { type: 'text/html', body: '<!doctype html>' } };
  const [withConsole, without] = [await fakeService(t, page), await fakeService(t, {})];
  const run = (endpoint: string, options = {}) => {
    const io = fakeIo();
    return finish(io, openConsole({ endpoint, ...options }, io));
  };
  assert.deepEqual(await run(withConsole.url), { code: 0, out: `${withConsole.url}/console/\n`, err: '' });
  assert.equal(
    JSON.parse((await run(withConsole.url, { json: true })).out).url,
    `${withConsole.url}/console/`,
  );
  const none = await run(without.url);
  assert.deepEqual([none.code, none.out], [1, '']);
  assert.match(none.err, /^guardbee: http:\S+ has no console\.\nTry: /);
  assert.equal((await run('http://127.0.0.1:1')).code, 4);
});
