import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { startPostgres, whyNoPostgres } from '../packages/server/src/storage/postgres/server.test-support.ts';
import { ADMIN, cleanEnvironment, temporaryFolder } from './guardbee.ts';

/** docs/several-nodes.md, typed as it stands; only the addresses, the database and the password are this test's. */

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/several-nodes.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code]) =>
    String(code),
  );

suite('the page on several nodes', { skip: whyNoPostgres() ?? false }, () => {
  test('its lines start two nodes; what one has answered the other knows', async (t) => {
    using folder = temporaryFolder();
    const server = await startPostgres();
    t.after(() => server.remove());
    await server.sql('postgres', 'CREATE DATABASE guardbee');
    const url = server.url('guardbee');
    mkdirSync(join(folder.path, 'node_modules/.bin'), { recursive: true });
    symlinkSync(join(root, 'packages/cli/bin/guardbee.js'), join(folder.path, 'node_modules/.bin/guardbee'));
    const [create = '', key = '', start = '', tryIt = ''] = blocks('sh');
    // Ports of its own, and a password that a pipe can give.
    const here = (code: string): string =>
      code
        .replaceAll('postgres://localhost/guardbee', url)
        .replaceAll(/127\.0\.0\.1:842(\d)/g, '127.0.0.1:2842$1')
        .replaceAll('admin@localhost', ADMIN.email)
        .replaceAll(/^createdb .*$/gm, '')
        .replace(/^(npx guardbee login .*)$/m, 'printf %s "$PASSWORD" | $1 --password-stdin');
    const script = [
      create,
      key,
      start,
      'for port in 28421 28422; do until curl -sf http://127.0.0.1:$port/readyz; do sleep 0.1; done; done',
      'set +e',
      tryIt,
      'echo "ended with $?"',
    ];
    const child = spawn('bash', ['--norc', '-ec', script.map(here).join('\n')], {
      cwd: folder.path,
      detached: true,
      env: {
        ...cleanEnvironment(),
        PATH: `${join(folder.path, 'node_modules/.bin')}:${process.env.PATH}`,
        npm_config_offline: 'true',
        GUARDBEE_CONFIG_DIR: join(folder.path, 'config'),
        GUARDBEE_ADMIN_EMAIL: ADMIN.email,
        GUARDBEE_ADMIN_PASSWORD: ADMIN.password,
        PASSWORD: ADMIN.password,
      },
    });
    t.after(() => {
      try {
        process.kill(-Number(child.pid), 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (chunk) => {
      output += chunk;
      // The nodes run on behind the shell.
      if (/^ended with/m.test(output)) process.kill(-Number(child.pid), 'SIGTERM');
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    await once(child, 'close');
    assert.match(output, /Logged in as admin@example\.com/, errors);
    assert.match(
      output,
      /^email +admin@example\.com$[\s\S]*^endpoint +http:\/\/127\.0\.0\.1:28422$/m,
      errors,
    );
    assert.match(output, /^ended with 3$/m, errors);
    assert.equal(output.match(/Guardbee listens on/g)?.length, 2);
  });

  test('nginx takes the configuration', {
    skip: spawnSync('sh', ['-c', 'command -v nginx']).status !== 0 && 'nginx is not installed here',
  }, () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'nginx.conf');
    const [config = ''] = blocks('nginx');
    // Whoever protects a service with the same nginx has both.
    const example = readFileSync(join(root, 'examples/proxies/nginx.conf'), 'utf8');
    writeFileSync(
      file,
      `pid ${folder.path}/pid; error_log stderr; events {} http { access_log off; ${config} ${example} }`,
    );
    const { status, stderr } = spawnSync('nginx', ['-t', '-p', folder.path, '-c', file], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
  });
});
