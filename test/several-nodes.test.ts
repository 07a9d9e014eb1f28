import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { startPostgres, whyNoPostgres } from '../packages/server/src/storage/postgres/server.test-support.ts';
import { ADMIN, cleanEnvironment, temporaryFolder } from './guardbee.ts';
import { block, blocks } from './support/blocks.ts';

/** docs/several-nodes.md, typed as it stands; only the addresses, the database and the password are this test's. */

const root = join(import.meta.dirname, '..');

suite('the page on several nodes', { skip: whyNoPostgres() ?? false }, () => {
  test('its lines start two nodes; what one has answered the other knows', async (t) => {
    using folder = temporaryFolder();
    const server = await startPostgres();
    t.after(() => server.remove());
    await server.sql('postgres', 'CREATE DATABASE guardbee');
    const url = server.url('guardbee');
    mkdirSync(join(folder.path, 'node_modules/.bin'), { recursive: true });
    symlinkSync(join(root, 'packages/cli/bin/guardbee.js'), join(folder.path, 'node_modules/.bin/guardbee'));
    const [create = '', key = '', start = '', tryIt = ''] = blocks('docs/several-nodes.md', 'sh');
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
});

/** What the addresses of this part begin with. */
const PORT = '2942';

suite('nginx, configured as the page says', {
  skip: spawnSync('sh', ['-c', 'command -v nginx']).status !== 0 && 'nginx is not installed here',
}, () => {
  const config = (folder: string): string => {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    const own = block('docs/several-nodes.md', 'nginx', 'upstream');
    return `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1; events {}
      http { access_log off; ${temporary.join(' ')} ${own.replaceAll('127.0.0.1:842', `127.0.0.1:${PORT}`)} }`;
  };
  const command = (folder: string, ...more: string[]): string[] => {
    const file = join(folder, 'nginx.conf');
    return ['-p', folder, '-c', file, '-e', join(folder, 'error.log'), ...more];
  };

  test('it also takes the example for a service that is protected', () => {
    using folder = temporaryFolder();
    const example = readFileSync(join(root, 'examples/proxies/nginx.conf'), 'utf8');
    writeFileSync(join(folder.path, 'nginx.conf'), config(folder.path).replace(/\}$/, `${example} }`));
    const { status, stderr } = spawnSync('nginx', command(folder.path, '-t'), { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });

  for (const [what, answer, status] of [
    ['answered with 503', (reply: ServerResponse) => void reply.writeHead(503).end(), 503],
    ['broken off', (reply: ServerResponse) => void reply.destroy(), 502],
  ] as const) {
    test(`a question that was ${what} goes to the other node, and nothing that changes something does`, async () => {
      const seen: string[] = [];
      const node = async (request: IncomingMessage, reply: ServerResponse): Promise<void> => {
        seen.push(`${request.method} ${(await request.toArray()).join('')}`);
        answer(reply);
      };
      await using _one = await startNode(1, node);
      await using _two = await startNode(2, node);
      for (const method of ['PUT', 'DELETE', 'PATCH', 'POST']) {
        assert.deepEqual(await askNew(method, 1), [status]);
        assert.deepEqual(seen.splice(0), [`${method} body`]);
      }
      assert.deepEqual(await askNew('GET', 1), [status]);
      assert.deepEqual(seen, ['GET ', 'GET ']);
    });
  }

  test('while a node is away, what it would have got goes to the other, but for one PUT or DELETE', async () => {
    await using _two = await startNode(2, async (request, reply) => {
      await request.toArray();
      reply.end();
    });
    for (const method of ['GET', 'POST', 'PATCH']) assert.deepEqual(await askNew(method, 3), [200, 200, 200]);
    for (const method of ['PUT', 'DELETE'])
      assert.deepEqual((await askNew(method, 3)).sort(), [200, 200, 502], method);
  });

  async function startNode(number: number, answer: RequestListener) {
    const node = createServer(answer).listen(Number(`${PORT}${number}`), '127.0.0.1');
    await once(node, 'listening');
    return {
      async [Symbol.asyncDispose]() {
        node.close();
        node.closeAllConnections();
      },
    };
  }

  /** The answers of an nginx that has not yet found out about any node. */
  async function askNew(method: string, times: number): Promise<number[]> {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, 'nginx.conf'), config(folder.path));
    const child = spawn('nginx', command(folder.path), { stdio: 'inherit' });
    const body = method === 'GET' ? {} : { body: 'body' };
    const headers = { connection: 'close' };
    const statuses: number[] = [];
    try {
      await untilListening(Number(`${PORT}0`));
      for (let i = 0; i < times; i++) {
        const reply = await fetch(`http://127.0.0.1:${PORT}0/`, { method, headers, ...body });
        await reply.text();
        statuses.push(reply.status);
      }
    } finally {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    }
    return statuses;
  }
});

/** Asks nothing: a request would be one that failed. */
async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.on('connect', () => resolve(true));
      socket.on('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nothing listens on ${port}`);
}
