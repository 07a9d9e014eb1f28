import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, relative } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { parse } from 'yaml';
import { terminalIo } from '../packages/cli/src/io.ts';
import { buildProgram } from '../packages/cli/src/program.ts';
import { describeAll } from '../packages/cli/src/syntax/describe.ts';
import { ENVIRONMENT } from '../packages/cli/src/syntax/help.ts';
import { SETTINGS } from '../packages/server/src/settings.ts';
import { TOKEN_PATTERN } from '../packages/server/src/tokens/token-string.ts';
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
import { block, blocks } from './support/blocks.ts';

/** What the documents say is typed here as it stands there; only the address and the account are this test's. */

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The documents that people read, but for the document this project started from. */
const documents = globSync('{*.md,docs/**/*.md,packages/*/README.md}', { cwd: root }).filter(
  (file) => !file.startsWith('docs/seed/'),
);

suite('the examples in the documents', () => {
  const folder = temporaryFolder();
  let service: RunningService;

  before(async () => {
    service = await serve(join(folder.path, 'data'));
    mkdirSync(join(folder.path, 'node_modules'));
    symlinkSync(join(root, 'packages/giantswarm'), join(folder.path, 'node_modules/giantswarm'));
    mkdirSync(join(folder.path, 'node_modules/@guardbee'));
    symlinkSync(join(root, 'packages/server'), join(folder.path, 'node_modules/@guardbee/server'));
    symlinkSync(join(root, 'node_modules/@opentelemetry'), join(folder.path, 'node_modules/@opentelemetry'));
    mkdirSync(join(folder.path, 'bin'));
    symlinkSync(GUARDBEE, join(folder.path, 'bin/guardbee'));
    symlinkSync(join(root, 'examples'), join(folder.path, 'examples'));
  });
  after(async () => {
    await service.stop();
    folder[Symbol.dispose]();
  });

  const here = (code: string): string =>
    code.replaceAll('http://127.0.0.1:8420', service.url).replaceAll('admin@localhost', ADMIN.email);

  async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<string> {
    const child = spawn(command, args, {
      cwd: folder.path,
      env: {
        ...cleanEnvironment(),
        PATH: `${join(folder.path, 'bin')}:${process.env.PATH}`,
        GUARDBEE_CONFIG_DIR: join(folder.path, 'config'),
        GUARDBEE_KEYRING: 'off',
        PASSWORD: ADMIN.password,
        ...env,
      },
    });
    const [printed, complained] = [collect(child.stdout), collect(child.stderr)];
    const [code] = await once(child, 'close');
    const [output, errors] = [printed(), complained()];
    assert.deepEqual([code, errors], [0, '']);
    return output;
  }

  test("README: the client's example logs in and out", async () => {
    writeFileSync(join(folder.path, 'readme.cjs'), here(block('README.md', 'js', "require('giantswarm')")));
    assert.equal(
      await run(process.execPath, ['readme.cjs']),
      'The authentication token has been successfully deleted.\n',
    );
  });

  test('README: the curl lines log in, show who it is and log out', async () => {
    const output = await run('bash', ['--norc', '-euc', here(block('README.md', 'sh', 'curl -s'))]);
    const [user, deleted] = output.split(/(?<=\})(?=\{)/).map((text) => JSON.parse(text));
    assert.equal(user.email, ADMIN.email);
    assert.equal(deleted.code, 'RESOURCE_DELETED');
  });

  test('audit-events: the lines list, export and verify, and tell of activities', async () => {
    const body = { email: ADMIN.email, password_base64: base64(ADMIN.password) };
    const login = await fetch(`${service.url}/v4/auth-tokens/`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    const env = { TOKEN: ((await login.json()) as { auth_token: string }).auth_token };
    const [list = '', verify = '', activities = ''] = blocks('docs/audit-events.md', 'sh');
    assert.ok(Array.isArray(JSON.parse(await run('bash', ['--norc', '-euc', here(list)], env))));
    assert.match(await run('bash', ['--norc', '-euc', `exec 2>&1; ${here(verify)}`], env), /\b\d+ events\b/);
    JSON.parse(await run('bash', ['--norc', '-euc', here(activities)], env));
  });

  test('the server’s README: starts in a program of one’s own, and stops', async () => {
    const program = block('packages/server/README.md', 'js', "from '@guardbee/server'");
    writeFileSync(join(folder.path, 'server.mjs'), program);
    const env = {
      GUARDBEE_LISTEN: '127.0.0.1:0',
      GUARDBEE_DATA_DIR: join(folder.path, 'own'),
      GUARDBEE_LOG_LEVEL: 'fatal',
    };
    assert.match(await run(process.execPath, ['server.mjs'], env), /^http:\/\/127\.0\.0\.1:\d+\n$/);
  });

  test('configuration: the service accepts the file', async () => {
    writeFileSync(join(folder.path, 'guardbee.yaml'), block('docs/configuration.md', 'yaml', 'listen:'));
    await run(process.execPath, [GUARDBEE, 'config', 'check', '--config', 'guardbee.yaml']);
  });

  test('configuration: the lines show the settings and check them', async () => {
    const lines = block('docs/configuration.md', 'sh', 'config show');
    const output = await run('bash', ['--norc', '-euc', `exec 2>&1; ${lines}`]);
    assert.match(output, /GUARDBEE_LISTEN +127\.0\.0\.1:8420 +default/);
  });

  test('configuration: every file of the service is in the table', () => {
    const table = /^## What lies where\n+([\s\S]*?)\n\n/m.exec(read('docs/configuration.md'))?.[1] ?? '';
    const named = [...table.matchAll(/^\| (`.*?) +\|/gm)].flatMap(([, cell = '']) => {
      const [first = '', ...endings] = cell.replaceAll('`', '').split(', ');
      return [first, ...endings.map((ending) => `${first}${ending}`)];
    });
    const data = join(folder.path, 'data');
    const found = globSync('**', { cwd: data, withFileTypes: true }).filter((entry) => entry.isFile());
    const files = found.map(({ parentPath, name }) => relative(data, join(parentPath, name)));
    assert.deepEqual(files.map((file) => file.replaceAll('\\', '/')).sort(), named.sort());
  });

  test('cli: the lines log in, say who it is, make a token, use one and log out', async () => {
    const lines = block('docs/cli.md', 'sh', 'guardbee login')
      .replaceAll('jane@example.com', ADMIN.email)
      .replaceAll('https://login.example.com', service.url)
      .replace('2030-01-01T00:00:00Z', new Date(Date.now() + 86_400_000).toISOString())
      .replaceAll(/^(guardbee (?:login|tokens create) .*)$/gm, 'printf %s "$PASSWORD" | $1 --password-stdin');
    const output = await run('bash', ['--norc', '-euo', 'pipefail', '-c', `exec 2>&1; ${lines}`]);
    assert.match(output, /^Logged in as[\s\S]*^email +admin@example\.com$[\s\S]*^guardbee_/m);
    assert.match(output, /^\{"email":"admin@example\.com"/m);
    assert.match(output, /Logged out/);
  });

  test('cli: completion and manual are there', async () => {
    // Without man(1) the page's source is as good.
    const lines = block('docs/cli.md', 'sh', 'completion bash').replace('man -l -', 'cat');
    const output = await run('bash', ['--norc', '-euo', 'pipefail', '-c', `${lines}\ncomplete -p guardbee`]);
    assert.match(output, /^\.TH /m);
    assert.match(output, /^complete .*guardbee$/m);
  });

  test('observability: the file sends each request to a collector, the last ones at the end', async (t) => {
    const asked: string[] = [];
    const collector = createServer(async (request, reply) => {
      const body = (await request.toArray()).join('');
      asked.push(`${request.method} ${request.url} ${body}`);
      reply.end('{}');
    }).listen(0, '127.0.0.1');
    t.after(() => collector.close());
    await once(collector, 'listening');
    writeFileSync(
      join(folder.path, 'telemetry.mjs'),
      block('docs/observability.md', 'js', 'OTLPTraceExporter'),
    );
    const lines = block('docs/observability.md', 'sh', 'guardbee serve').replace(
      '127.0.0.1:4318',
      `127.0.0.1:${(collector.address() as AddressInfo).port}`,
    );
    const script = `: > said # grep may be there before the service
      ${lines.trimEnd()} --listen 127.0.0.1:0 > said 2>&1 & service=$!
      until address=$(grep -oP '(?<=listens on )\\S+' said); do kill -0 $service || exit; sleep 0.1; done
      curl -s $address/v4/user/; kill $service; wait $service`;
    const env = { GUARDBEE_DATA_DIR: join(folder.path, 'traced') };
    assert.match(await run('bash', ['--norc', '-uc', script], env), /PERMISSION_DENIED/);
    assert.equal(asked.length, 1);
    assert.match(String(asked[0]), /^POST \/v1\/traces .*"service\.name".*"guardbee".*"GET \/v4\/user\/"/);
    const { devDependencies } = JSON.parse(read('package.json'));
    const named = [
      ...block('docs/observability.md', 'sh', 'npm install').matchAll(/(@opentelemetry\/\S+)@(\S+)/g),
    ];
    assert.equal(named.length, 3);
    for (const [, name, version] of named) assert.equal(devDependencies[String(name)], version, name);
  });

  test('introspection: a service makes itself a token and asks', async () => {
    const made = JSON.parse(
      await run(
        'bash',
        ['--norc', '-euc', here(block('docs/integrations/introspection.md', 'sh', '"scopes"'))],
        { API: service.url },
      ),
    );
    const env = { API: service.url, SERVICE_TOKEN: made.auth_token, TOKEN: made.auth_token };
    const { active, scope } = JSON.parse(
      await run(
        'bash',
        ['--norc', '-euc', block('docs/integrations/introspection.md', 'sh', '/oauth2/introspect')],
        env,
      ),
    );
    assert.deepEqual([active, scope], [true, 'introspect']);
  });
});

suite('the configurations of what does not run here ask what they say they ask', () => {
  const folder = temporaryFolder();
  let service: RunningService;
  let token: string;

  before(async () => {
    service = await serve(join(folder.path, 'data'));
    token = await login(['introspect', 'orders:read']);
  });
  after(async () => {
    await service.stop();
    folder[Symbol.dispose]();
  });

  async function login(scopes: readonly string[]): Promise<string> {
    const body = { email: ADMIN.email, password_base64: base64(ADMIN.password), scopes };
    const reply = await fetch(`${service.url}/v4/auth-tokens/`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return ((await reply.json()) as { auth_token: string }).auth_token;
  }
  const example = (file: string) => parse(read(`examples/${file}`));
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(service.url + path, { ...init, headers: { authorization: `Bearer ${token}` } });

  test('Traefik', async () => {
    const { address, authResponseHeaders } =
      example('proxies/traefik.yml').http.middlewares.guardbee.forwardAuth;
    const { pathname, search } = new URL(address);
    const reply = await ask(pathname + search);
    assert.equal(reply.status, 200);
    for (const header of authResponseHeaders) assert.notEqual(reply.headers.get(header), null, header);
  });

  test('Envoy', async () => {
    const { failure_mode_allow: open, http_service: asks } =
      example('proxies/envoy.yaml').http_filters[0].typed_config;
    assert.equal(open, false, 'nothing passes when Guardbee is away');
    const reply = await ask(`${asks.path_prefix}/orders/7?x=1`, { method: 'POST' });
    assert.equal(reply.status, 200);
    const [{ prefix }] = asks.authorization_response.allowed_upstream_headers.patterns;
    assert.ok([...reply.headers.keys()].filter((name) => name.startsWith(prefix)).length === 4);
  });

  test('the Kubernetes API server', async () => {
    const {
      clusters,
      users,
      contexts,
      'current-context': current,
    } = example('kubernetes/webhook-kubeconfig.yaml');
    const { context } = contexts.find(({ name }: { name: string }) => name === current);
    assert.ok(users.some(({ name }: { name: string }) => name === context.user));
    const { cluster } = clusters.find(({ name }: { name: string }) => name === context.cluster);
    const review = async (path: string, scopes: readonly string[]) => {
      const spec = { token: await login(scopes) };
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec };
      const reply = await ask(path, { method: 'POST', body: JSON.stringify(body) });
      return ((await reply.json()) as { status: { authenticated: boolean; user?: { username: string } } })
        .status;
    };
    const { pathname } = new URL(cluster.server);
    const { user } = await review(pathname, ['kubernetes', 'orders:read']);
    assert.equal(user?.username, ADMIN.email);
    assert.ok((await review(pathname, ['*'])).authenticated);
    assert.deepEqual(await review(pathname, ['orders:read']), { authenticated: false });
    assert.ok((await review(pathname.replace('/kubernetes', ''), ['orders:read'])).authenticated);
  });
});

/** What one would type, whatever a block calls itself. */
const TYPED =
  /^(?:\w+=\S+ )*(?:npm|npx|node|guardbee|curl|docker|kubectl|helm|systemctl|sudo|git|export|source) /m;

test('every block of code is taken by the test that it names, or says why it is not run', () => {
  let seen = 0;
  for (const document of documents.filter((file) => !file.startsWith('docs/decisions/'))) {
    for (const [, before = '', language, code = ''] of read(document).matchAll(
      /((?:^.*\n\n?)?)^ *```(.*)\n([\s\S]*?)^ *```$/gm,
    )) {
      assert.notEqual(
        language,
        '',
        `${document}: a block does not say what it is; output and pictures are text`,
      );
      if (language === 'text') {
        assert.doesNotMatch(code, TYPED, `${document}: this is no text, but typed`);
        continue;
      }
      seen += 1;
      const said = /^<!-- (?:examples\/\S+\/(\S+), )?(?:run by (\S+)|not run: \S.*) -->\n\n$/.exec(before);
      assert.ok(
        said !== null,
        `${document}: a block of ${language} does not say by which test it is run, or why not`,
      );
      const [, file, runner] = said;
      if (runner === undefined) continue;
      const test = existsSync(join(root, runner)) ? read(runner) : '';
      // The packages read their own pages in their own way.
      const name = document.split('/').at(-1)?.replace('.md', '') ?? '';
      const taken = test.replaceAll(/\s+/g, ' ').includes(`'${document}', '${language}'`);
      const isRun = runner.startsWith('packages/')
        ? test.includes(name)
        : taken || (file !== undefined && test.includes(`'${file}'`));
      assert.ok(isRun, `${runner} takes no block of ${language} from ${document}`);
    }
  }
  assert.ok(seen > 30, `only ${seen}`);
});

test('links between the documents lead somewhere', () => {
  const pages = globSync('{*.md,docs/**/*.md,bench/*.md,packages/*/README.md,examples/**/*.md}', {
    cwd: root,
  });
  assert.ok(pages.length > 10);
  for (const page of pages.filter((file) => !file.startsWith('docs/seed/'))) {
    for (const [, target = ''] of read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      assert.ok(existsSync(join(root, dirname(page), target)), `${page} links to ${target}`);
    }
  }
});

test('the site has what its pages link to, also the files of examples/ and deploy/', () => {
  using folder = temporaryFolder();
  const made = spawnSync(process.execPath, [join(root, 'tools/site.ts'), folder.path], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  const files = new Set<string>();
  for (const page of globSync('**/*.html', { cwd: folder.path })) {
    const html = readFileSync(join(folder.path, page), 'utf8');
    for (const [, target = ''] of html.matchAll(/(?:href|src)="([^"#]+)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const file = join(dirname(page), target);
      assert.ok(existsSync(join(folder.path, file)), `${page} links to ${target}`);
      files.add(file);
    }
  }
  const linked = documents.flatMap((document) =>
    [...read(document).matchAll(/\]\((?:\.\.\/)*((?:examples|deploy)\/[^)]+)\)/g)].map(([, file]) =>
      String(file),
    ),
  );
  assert.ok(linked.length > 10, `only ${linked.length}`);
  for (const file of linked) assert.ok(files.has(`${file}.txt`), `the site does not link to ${file}`);
});

test('no document puts a token or a password into arguments, where every process of the machine can read it', () => {
  for (const document of documents) {
    assert.doesNotMatch(read(document), /curl [^|`\n]*-H ["']?(?:Authorization|\$\()/i, document);
    assert.doesNotMatch(read(document), /curl [^|`\n]*(?:-u|--user) /, document);
  }
});

test('every command and every option that a document names is there', () => {
  const commands = new Map(
    describeAll(buildProgram(terminalIo(), '')).map((command) => [command.path.join(' '), command]),
  );
  let seen = 0;
  for (const document of documents) {
    for (const [, line = ''] of read(document).matchAll(
      /(?:^|[`(|]|npx |\$ )guardbee ((?:[a-z-]+)(?: [^`\n|)]*)?)/gm,
    )) {
      const words = line.trim().split(/\s+/);
      const path = [words.slice(0, 2).join(' '), String(words[0])].find((one) => commands.has(one));
      if (path === undefined && words[0]?.startsWith('-')) continue;
      const command = commands.get(path ?? '');
      assert.ok(path !== undefined && command !== undefined, `${document}: guardbee ${line}`);
      for (const option of words.filter((word) => /^--?[a-z]/.test(word))) {
        const name = option.replace(/=.*$/, '').replace(/[.,;:…]+$/, '');
        const isKnown = command.options.some(({ names }) => names.includes(name));
        assert.ok(isKnown, `${document}: guardbee ${line}: ${name}`);
      }
      seen += 1;
    }
  }
  assert.ok(seen > 30, `only ${seen} were found`);
});

test('every setting that a document names is there', () => {
  const known = new Set<string>([
    ...Object.values(SETTINGS).flatMap(({ key }) => [key, `${key}_FILE`]),
    ...ENVIRONMENT.map(([name]) => name),
    'GUARDBEE_CONFIG_FILE',
  ]);
  // What a service of somebody else's calls its own settings is its own affair.
  const operators = documents.filter((file) => !/integrations|verifier/.test(file));
  for (const document of operators) {
    // What only tests read is named so.
    for (const [name] of read(document).matchAll(/GUARDBEE_[A-Z_]*[A-Z]\b/g))
      assert.ok(known.has(name) || name.startsWith('GUARDBEE_TEST_'), `${document}: ${name}`);
  }
});

test('errors.md has a cause and a cure for every refusal', () => {
  const rows = read('docs/errors.md').match(/^\| `[A-Z_]+`.*$/gm) ?? [];
  assert.ok(rows.length > 15, `only ${rows.length}`);
  for (const row of rows) {
    const cells = row.split('|').map((cell) => cell.trim());
    assert.equal(cells.length, 7, row);
    for (const cell of cells.slice(4, 6)) assert.match(cell, /^\S.*\.$/, row);
  }
});

test('SECURITY.md publishes the pattern that tokens have', () => {
  assert.ok(block('SECURITY.md', 'toml', 'regex').includes(`regex = '''${TOKEN_PATTERN}'''`));
});
