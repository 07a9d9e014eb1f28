import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { ApiClient, AuthTokensApi, UsersApi } from 'giantswarm';
import {
  createAuthTokenExample,
  deleteAuthTokenByKeyExample,
  deleteAuthTokenExample,
  filledIn,
  preload,
  withPrefix,
} from '../packages/giantswarm/test/seed-example.ts';
import { ADMIN, base64, type RunningService, serve, temporaryFolder } from './guardbee.ts';

const SUCCESS = 'API called successfully. Returned data: [object Object]\n';
const credentials = { email: ADMIN.email, password_base64: base64(ADMIN.password) };

suite('the documented example, character for character, against the running service', () => {
  const folder = temporaryFolder();
  let service: RunningService;
  const client = new ApiClient();

  before(async () => {
    mkdirSync(join(folder.path, 'node_modules'));
    symlinkSync(
      join(import.meta.dirname, '../packages/giantswarm'),
      join(folder.path, 'node_modules/giantswarm'),
    );
    service = await serve(join(folder.path, 'data'));
    client.basePath = service.url;
  });
  after(async () => {
    await service.stop();
    folder[Symbol.dispose]();
  });

  async function runExample(
    code: string,
    login?: typeof credentials,
  ): Promise<{ stdout: string; stderr: string }> {
    writeFileSync(join(folder.path, 'preload.cjs'), preload(service.url, login));
    writeFileSync(join(folder.path, 'example.cjs'), code);
    const child = spawn(process.execPath, ['--require', './preload.cjs', 'example.cjs'], {
      cwd: folder.path,
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      output.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output.stderr += chunk;
    });
    assert.deepEqual(await once(child, 'close'), [0, null], output.stderr);
    return output;
  }

  async function newToken(): Promise<string> {
    const { auth_token } = await new AuthTokensApi(client).createAuthToken(credentials);
    return String(auth_token);
  }

  async function isAccepted(token: string): Promise<boolean> {
    return new UsersApi(client).getCurrentUser(`giantswarm ${token}`).then(
      () => true,
      (error) => {
        assert.equal(error.status, 401);
        return false;
      },
    );
  }

  test('logs in, also with the API key that the document leaves as a placeholder', async () => {
    assert.deepEqual(await runExample(createAuthTokenExample(), credentials), {
      stdout: SUCCESS,
      stderr: '',
    });
    assert.deepEqual(await runExample(withPrefix(createAuthTokenExample()), credentials), {
      stdout: SUCCESS,
      stderr: '',
    });
  });

  test('as it stands, with an empty login body, it prints the refusal', async () => {
    const { stdout, stderr } = await runExample(createAuthTokenExample());
    assert.equal(stdout, '');
    assert.match(stderr, /Error: Bad Request/);
    assert.match(stderr, /INVALID_INPUT/);
  });

  const logouts: [string, (token: string) => string][] = [
    [
      'deleteAuthToken(authorization, opts), no prefix',
      (token) => filledIn(deleteAuthTokenExample(), 'authorization_example', token),
    ],
    [
      'deleteAuthToken(authorization, opts), with a scheme',
      (token) => filledIn(deleteAuthTokenExample(), 'authorization_example', `giantswarm ${token}`),
    ],
    [
      'deleteAuthToken(opts), no prefix',
      (token) => filledIn(deleteAuthTokenByKeyExample(), 'YOUR API KEY', token),
    ],
    [
      'deleteAuthToken(opts), with the prefix',
      (token) => withPrefix(filledIn(deleteAuthTokenByKeyExample(), 'YOUR API KEY', token)),
    ],
  ];
  for (const [title, example] of logouts) {
    test(`${title}: logs out, and the token is dead`, async () => {
      const token = await newToken();
      assert.ok(await isAccepted(token));
      assert.deepEqual(await runExample(example(token)), { stdout: SUCCESS, stderr: '' });
      assert.equal(await isAccepted(token), false);
      const again = await runExample(example(token));
      assert.equal(again.stdout, '');
      assert.match(again.stderr, /Error: Unauthorized/);
    });
  }
});
