import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { ApiClient, AuthTokensApi, UsersApi } from 'giantswarm';
import {
  ADMIN,
  base64,
  cleanEnvironment,
  collect,
  GUARDBEE,
  type RunningService,
  serve,
  temporaryFolder,
} from './guardbee.ts';
import { blocks } from './support/blocks.ts';

const root = join(import.meta.dirname, '..');
const EXAMPLES = join(root, 'examples/proxies');

function isInstalled(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('close', () => socket.destroy());
      socket.setTimeout(500, () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on ${port}`);
}

interface Proxy {
  readonly name: string;
  readonly skip: string | false;
  start(folder: string, ports: { proxy: number; guardbee: number; orders: number }): ChildProcess;
  /** What it answers when Guardbee can't be asked. */
  readonly away: number;
}

function configured(file: string, ports: { proxy: number; guardbee: number; orders: number }): string {
  return readFileSync(join(EXAMPLES, file), 'utf8')
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${ports.proxy}`)
    .replaceAll('127.0.0.1:8420', `127.0.0.1:${ports.guardbee}`)
    .replaceAll('127.0.0.1:9000', `127.0.0.1:${ports.orders}`);
}

const proxies: Proxy[] = [
  {
    name: 'nginx',
    skip: isInstalled('nginx', '-v') ? false : 'nginx is not installed (apt-get install nginx-light)',
    away: 500,
    start(folder, ports) {
      mkdirSync(join(folder, 'tmp'), { recursive: true });
      const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${folder}/tmp/${name};`,
      );
      const main = `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log; worker_processes 1;
        events { worker_connections 256; }
        http { access_log off; ${temp.join(' ')} ${configured('nginx.conf', ports)} }`;
      writeFileSync(join(folder, 'nginx.conf'), main);
      return spawn(
        'nginx',
        ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')],
        { stdio: 'inherit' },
      );
    },
  },
  {
    name: 'Caddy',
    skip: isInstalled('caddy', 'version') ? false : 'caddy is not installed (apt-get install caddy)',
    away: 502,
    start(folder, ports) {
      writeFileSync(join(folder, 'Caddyfile'), configured('Caddyfile', ports));
      return spawn('caddy', ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'], {
        stdio: 'ignore',
        env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
      });
    },
  },
];

for (const { name, skip, start, away } of proxies) {
  suite(`${name}, configured by the example`, { skip }, () => {
    const folder = temporaryFolder();
    let guardbee: RunningService;
    let proxy: ChildProcess;
    let url: string;
    let seen: IncomingHttpHeaders | undefined;
    const orders = createServer((request, reply) => {
      seen = request.headers;
      reply.end('an order');
    });
    const client = new ApiClient();

    async function login(scopes: string[]): Promise<string> {
      const body = { email: ADMIN.email, password_base64: base64(ADMIN.password), scopes };
      const { auth_token } = await new AuthTokensApi(client).createAuthToken(body);
      return `giantswarm ${auth_token}`;
    }
    async function ask(headers: Record<string, string>): Promise<Response> {
      seen = undefined;
      return fetch(`${url}/orders/7?x=1`, { headers });
    }

    before(async () => {
      orders.listen(0, '127.0.0.1');
      await once(orders, 'listening');
      guardbee = await serve(join(folder.path, 'data'));
      client.basePath = guardbee.url;
      const ports = {
        proxy: await freePort(),
        guardbee: Number(new URL(guardbee.url).port),
        orders: (orders.address() as AddressInfo).port,
      };
      url = `http://127.0.0.1:${ports.proxy}`;
      proxy = start(folder.path, ports);
      await untilListening(ports.proxy);
    });
    after(async () => {
      proxy.kill('SIGTERM');
      await once(proxy, 'exit');
      orders.close();
      await guardbee.stop();
      folder[Symbol.dispose]();
    });

    test('a living token passes, with who it is and without the token', async () => {
      const authorization = await login(['orders:read']);
      const reply = await ask({ authorization });
      assert.equal(reply.status, 200);
      assert.equal(await reply.text(), 'an order');
      assert.equal(seen?.['x-auth-user'], ADMIN.email);
      assert.equal(seen?.['x-auth-scopes'], 'orders:read');
      assert.equal(seen?.['x-auth-token-id']?.length, 16);
      assert.equal(seen?.authorization, undefined);
    });

    test('identity headers from outside never reach the service', async () => {
      const authorization = await login(['orders:read']);
      const forged = {
        'X-Auth-User': 'root@example.com',
        'X-Auth-Scopes': '*',
        'X-Auth-Groups': 'system:masters',
        'X-Auth-Token-Id': 'x',
      };
      assert.equal((await ask({ authorization, ...forged })).status, 200);
      assert.equal(seen?.['x-auth-user'], ADMIN.email);
      assert.equal(seen?.['x-auth-scopes'], 'orders:read');
      assert.ok(!seen?.['x-auth-groups'], String(seen?.['x-auth-groups']));
      assert.equal(seen?.['x-auth-token-id']?.length, 16);
      assert.equal((await ask(forged)).status, 401);
      assert.equal(seen, undefined, 'refused requests do not reach the service');
    });

    test('without a token 401 with the challenge, with a narrow one 403', async () => {
      const none = await ask({});
      assert.equal(none.status, 401);
      assert.match(
        String(none.headers.get('www-authenticate')),
        /^giantswarm realm="guardbee", Bearer realm="guardbee"/,
      );
      assert.equal((await ask({ authorization: 'giantswarm undefined' })).status, 401);
      assert.equal((await ask({ authorization: await login(['other']) })).status, 403);
      assert.equal(seen, undefined);
    });

    test('a refusal has one challenge, not two', async () => {
      const challenges = async (headers: Record<string, string>): Promise<string[]> => {
        const [reply] = (await once(get(`${url}/orders/7`, { headers }), 'response')) as [IncomingMessage];
        reply.resume();
        return reply.headersDistinct['www-authenticate'] ?? [];
      };
      assert.equal((await challenges({})).length, 1);
      assert.equal((await challenges({ authorization: 'giantswarm undefined' })).length, 1);
      const [narrow = '', ...more] = await challenges({ authorization: await login(['other']) });
      assert.match(narrow, /insufficient_scope/);
      assert.deepEqual(more, []);
      assert.deepEqual(await challenges({ authorization: await login(['orders:read']) }), []);
    });

    test('after logout the very next request is refused, 50 times', async () => {
      for (let trial = 0; trial < 50; trial++) {
        const authorization = await login(['orders:read']);
        assert.equal((await ask({ authorization })).status, 200);
        await new AuthTokensApi(client).deleteAuthToken(authorization);
        assert.equal((await ask({ authorization })).status, 401);
      }
    });

    test('nothing passes when Guardbee is away', async () => {
      const authorization = await login(['orders:read']);
      await new UsersApi(client).getCurrentUser(authorization);
      await guardbee.stop();
      assert.equal((await ask({ authorization })).status, away);
      assert.equal(seen, undefined);
    });
  });
}

suite('the page on nginx, typed as it stands', { skip: proxies[0]?.skip ?? false }, () => {
  test('makes tokens, and answers 401, 403 and 200', async (t) => {
    const folder = temporaryFolder();
    t.after(() => folder[Symbol.dispose]());
    const guardbee = await serve(join(folder.path, 'data'));
    t.after(() => guardbee.stop());
    const ports = [await freePort(), Number(new URL(guardbee.url).port), await freePort()];
    // Ports of its own, and passwords that a pipe can give.
    const here = (code: string): string =>
      [8080, 8420, 9000]
        .reduce(
          (text, port, at) => text.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), String(ports[at])),
          code,
        )
        .replaceAll('admin@localhost', ADMIN.email)
        .replaceAll(
          /^(guardbee (?:login|users create|tokens create) [^>\n]*)(.*)$/gm,
          (_line, command, rest) => {
            return `printf %s "$PASSWORD" | ${command.trimEnd()} --password-stdin ${rest}`;
          },
        );
    const [part = '', whole = '', ...otherFiles] = blocks('docs/integrations/nginx.md', 'nginx').map(here);
    const [accounts = '', start = '', requests = '', end = '', ...others] = blocks(
      'docs/integrations/nginx.md',
      'sh',
    ).map(here);
    assert.deepEqual([otherFiles, others], [[], []]);
    const place = join(folder.path, 'empty');
    for (const path of [place, join(folder.path, 'bin')]) mkdirSync(path);
    symlinkSync(GUARDBEE, join(folder.path, 'bin/guardbee'));
    writeFileSync(join(place, 'guardbee.conf'), part);
    writeFileSync(join(place, 'nginx.conf'), whole);
    const wait = `until (: < /dev/tcp/127.0.0.1/${ports[2]}) 2> /dev/null; do sleep 0.1; done`;
    const script = [accounts, start, wait, requests, end].join('\n');
    const child = spawn('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      cwd: place,
      detached: true,
      env: {
        ...cleanEnvironment(),
        PATH: `${join(folder.path, 'bin')}:${process.env.PATH}`,
        GUARDBEE_CONFIG_DIR: join(folder.path, 'config'),
        GUARDBEE_ENDPOINT: guardbee.url,
        GUARDBEE_KEYRING: 'off',
        PASSWORD: ADMIN.password,
      },
    });
    // Only what a failure has left behind.
    t.after(() => {
      const nginx = join(place, 'nginx.pid');
      for (const pid of [-Number(child.pid), existsSync(nginx) ? Number(readFileSync(nginx)) : undefined]) {
        try {
          if (pid !== undefined) process.kill(pid, 'SIGTERM');
        } catch {
          // It has ended by itself.
        }
      }
    });
    const [printed, complained] = [collect(child.stdout), collect(child.stderr)];
    const [code] = await once(child, 'close');
    const [output, errors] = [printed(), complained()];
    assert.equal(code, 0, output + errors);
    assert.deepEqual(
      [...output.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status),
      ['401', '403', '200'],
    );
    assert.equal(output.match(/^WWW-Authenticate:/gim)?.length, 2);
    assert.match(output, /^jane@example\.com$/m);
    assert.match(output, /Ended 2 tokens of jane@example\.com/);
  });
});
