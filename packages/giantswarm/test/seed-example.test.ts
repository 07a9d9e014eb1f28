import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, suite, test } from 'node:test';
import { packageFolder, requireBuilt } from './built.ts';
import { emptyProject, nodes, run } from './program.ts';
import { type RecordingServer, smallService, startRecordingServer } from './recording-server.ts';
import {
  createAuthTokenExample,
  deleteAuthTokenByKeyExample,
  deleteAuthTokenExample,
  filledIn,
  preload,
  withPrefix,
} from './seed-example.ts';

const credentials = { email: 'ada@example.com', password_base64: btoa('correct horse battery') };
const succeeded = 'API called successfully. Returned data: [object Object]\n';

suite('the documented example', () => {
  const project = emptyProject();
  let server: RecordingServer;
  before(async () => {
    requireBuilt();
    mkdirSync(join(project.folder, 'node_modules'));
    symlinkSync(packageFolder, join(project.folder, 'node_modules/giantswarm'));
    server = await startRecordingServer();
  });
  beforeEach(() => {
    server.requests = [];
    server.answer = { body: { auth_token: 't', code: 'RESOURCE_DELETED', message: 'm' } };
  });
  after(async () => {
    project[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
  });

  async function runExample(
    code: string,
    { node = process.execPath, login = undefined as typeof credentials | undefined } = {},
  ) {
    const first = project.write('preload.cjs', preload(server.url, login));
    return run(node, ['--require', first, project.write('example.cjs', code)], project.folder);
  }

  test('the document is untouched', () => {
    const text = readFileSync(join(packageFolder, '../../docs/seed/AuthTokensApi.md'));
    assert.equal(
      createHash('sha256').update(text).digest('hex'),
      'f705e62a0e0267cd7366db3253bcb6f84e4ffe0223802339d6c4b4fb0d47d900',
    );
  });

  for (const node of nodes()) {
    test(`logs in word for word (${node})`, async () => {
      const { code, stdout, stderr } = await runExample(createAuthTokenExample(), { node });
      assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: succeeded, stderr: '' });
      assert.deepEqual(
        [server.last.method, server.last.url, server.last.body],
        ['POST', '/v4/auth-tokens/', '{}'],
      );
      const { headers } = server.last;
      assert.equal(headers.authorization, 'YOUR API KEY');
      assert.equal(headers['x-request-id'], 'xRequestID_example');
      assert.equal(headers['x-giant-swarm-activity'], 'xGiantSwarmActivity_example');
      assert.equal(headers['x-giant-swarm-cmdline'], 'xGiantSwarmCmdLine_example');
    });
  }

  for (const [what, code, authorization] of [
    ['login with the prefix', withPrefix(createAuthTokenExample()), 'Token YOUR API KEY'],
    ['logout', deleteAuthTokenExample(), 'authorization_example'],
    ['logout with the prefix', withPrefix(deleteAuthTokenExample()), 'authorization_example'],
    ['logout by apiKey', deleteAuthTokenByKeyExample(), 'YOUR API KEY'],
    ['logout by apiKey with the prefix', withPrefix(deleteAuthTokenByKeyExample()), 'Token YOUR API KEY'],
  ] as const) {
    test(`${what} sends ${authorization}`, async () => {
      const outcome = await runExample(code);
      assert.deepEqual(outcome, { code: 0, stdout: succeeded, stderr: '' });
      assert.equal(server.last.headers.authorization, authorization);
      assert.equal(server.last.method, what.startsWith('login') ? 'POST' : 'DELETE');
    });
  }

  test('logs a user in and out, and a second logout is refused', async () => {
    server.answer = smallService();
    assert.equal((await runExample(createAuthTokenExample(), { login: credentials })).stdout, succeeded);
    const logout = filledIn(withPrefix(deleteAuthTokenByKeyExample()), 'YOUR API KEY', 'token-1');
    assert.equal((await runExample(logout)).stdout, succeeded);
    const { stdout, stderr } = await runExample(logout);
    assert.equal(stdout, '');
    assert.match(stderr, /Unauthorized[\s\S]*PERMISSION_DENIED/);
  });

  test('a wrong login says why, and shows no secret', async () => {
    server.answer = smallService();
    const { stdout, stderr } = await runExample(createAuthTokenExample(), {
      login: { ...credentials, password_base64: 'd3Jvbmc=' },
    });
    assert.equal(stdout, '');
    assert.match(stderr, /Unauthorized[\s\S]*INVALID_CREDENTIALS/);
    assert.doesNotMatch(stderr, /d3Jvbmc=|YOUR API KEY/);
  });
});
