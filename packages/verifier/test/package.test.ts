import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { filesBelow, installPacked } from '../../giantswarm/test/packed.ts';
import { emptyProject, nodes, run } from '../../giantswarm/test/program.ts';
import { OWN_TOKEN, PeerService } from './peer-service.ts';

const packageFolder = join(import.meta.dirname, '..');
const workspace = join(packageFolder, '../..');
const tsc = join(workspace, 'node_modules/typescript/bin/tsc');
const sources = readdirSync(join(packageFolder, 'src'))
  .filter((name) => !name.endsWith('.test.ts'))
  .map((name) => name.replace(/\.ts$/, ''));

suite('the packed package', () => {
  const project = emptyProject();
  const installed = join(project.folder, 'node_modules/@guardbee/verifier');
  let tarball: Buffer;
  before(async () => {
    tarball = await installPacked(packageFolder, project.folder, installed);
    mkdirSync(join(project.folder, 'node_modules/@hono'));
    for (const name of ['eventsource-parser', 'express', 'fastify', 'hono', '@hono/node-server', '@types']) {
      symlinkSync(join(workspace, 'node_modules', name), join(project.folder, 'node_modules', name));
    }
  });
  after(() => project[Symbol.dispose]());

  test('holds exactly what is meant', () => {
    const files = filesBelow(installed);
    const expected = [
      'LICENSE',
      'README.md',
      'package.json',
      ...sources.flatMap((name) => [
        `src/${name}.ts`,
        ...['js', 'js.map', 'd.ts', 'd.ts.map'].map((kind) => `dist/${name}.${kind}`),
      ]),
    ];
    assert.deepEqual(files.sort(), expected.sort());
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    assert.deepEqual(Object.keys(manifest.dependencies), ['eventsource-parser']);
  });

  test('publint finds nothing to say', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed, strict: true, pack: false });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    );
  });

  test('are-the-types-wrong finds nothing wrong for ES modules', async () => {
    const result = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
    assert.ok(result.types);
    // it is an ES module and says so; `require` of one works since Node 20.19, and node10 knows no subpaths
    const known = result.problems.filter(
      (problem) =>
        problem.kind === 'CJSResolvesToESM' ||
        ('resolutionKind' in problem && problem.resolutionKind === 'node10'),
    );
    assert.deepEqual(
      result.problems.filter((problem) => !known.includes(problem)),
      [],
    );
  });

  const program = {
    'node.mts': `import { createServer } from 'node:http';
import { createVerifier, isVerifierUnavailable, type Principal, type Verifier } from '@guardbee/verifier';
import { requireToken } from '@guardbee/verifier/node';
const verifier: Verifier = createVerifier({ url: 'https://a', token: async () => 'x', cache: { maxEntries: 5 }, maxStale: 500 });
const guard = requireToken(verifier, { scopes: ['orders:read'] });
createServer(async (req, res) => {
  const principal: Principal | undefined = await guard(req, res);
  if (principal === undefined) return;
  const email: string = req.principal.email;
  // @ts-expect-error a principal can't be changed
  principal.email = email;
  res.end(email);
});
verifier.verify('x').catch((error: unknown) => isVerifierUnavailable(error) && error.retryAfter.toFixed());
// @ts-expect-error no such option
createVerifier({ url: 'https://a', token: 'x', maxstale: 1 });`,
    'express.mts': `import type { Principal } from '@guardbee/verifier';
import { createVerifier } from '@guardbee/verifier';
import { requireToken } from '@guardbee/verifier/express';
import express, { type RequestHandler } from 'express';
const guard = requireToken(createVerifier({ url: 'https://a', token: 'x' }), { scopes: ['orders:read'] });
const handler: RequestHandler = guard;
express().use(guard).get('/', handler, (req, res) => {
  const principal: Principal = req.principal;
  res.json(principal.scopes);
});`,
    'fastify.mts': `import type { Principal } from '@guardbee/verifier';
import { createVerifier } from '@guardbee/verifier';
import { requireToken } from '@guardbee/verifier/fastify';
import { fastify } from 'fastify';
const onRequest = requireToken(createVerifier({ url: 'https://a', token: 'x' }), { scopes: ['orders:read'] });
const app = fastify();
app.addHook('onRequest', onRequest);
app.get<{ Params: { id: string } }>('/:id', { onRequest }, async (request) => {
  const principal: Principal = request.principal;
  return principal.expires;
});`,
    'hono.mts': `import type { Principal } from '@guardbee/verifier';
import { createVerifier } from '@guardbee/verifier';
import { type PrincipalEnv, requireToken } from '@guardbee/verifier/hono';
import { Hono } from 'hono';
const guard = requireToken(createVerifier({ url: 'https://a', token: 'x' }), { scopes: ['orders:read'] });
new Hono().get('/', guard, (c) => {
  const principal: Principal = c.get('principal');
  return c.text(principal.email);
});
const app = new Hono<PrincipalEnv>();
app.use(guard);
app.get('/', (c) => c.json(c.var.principal.groups));`,
  };
  for (const [file, code] of Object.entries(program)) {
    for (const module of ['nodenext', 'esnext']) {
      test(`TypeScript, ${file}, ${module}, every declaration checked`, async () => {
        project.write(file, code);
        const compilerOptions = {
          strict: true,
          // fastify's own declarations need it off, and hono's want the DOM's types
          exactOptionalPropertyTypes: false,
          skipLibCheck: false,
          noEmit: true,
          target: 'es2022',
          lib: ['es2023', 'dom', 'dom.iterable'],
          types: ['node'],
          module,
          moduleResolution: module === 'nodenext' ? 'nodenext' : 'bundler',
        };
        project.write('tsconfig.json', JSON.stringify({ compilerOptions, files: [file] }));
        const { code: exit, stdout } = await run(process.execPath, [tsc, '-p', '.'], project.folder);
        assert.equal(exit, 0, stdout);
      });
    }
  }

  const pages = {
    ...Object.fromEntries(
      ['node', 'express', 'fastify', 'hono'].map((name) => [
        name,
        join(workspace, `docs/integrations/${name}.md`),
      ]),
    ),
    README: join(packageFolder, 'README.md'),
  };
  for (const node of nodes()) {
    for (const [name, page] of Object.entries(pages)) {
      test(`the program of ${relative(workspace, page)} does what it says (${node})`, async () => {
        const peer = new PeerService();
        const url = await peer.listen();
        const [, code = ''] =
          /^```js\n([\s\S]*?)^```$/m.exec(readFileSync(page, 'utf8')) ?? assert.fail('no program');
        const file = project.write(`${name}.mjs`, code.replace('8080', '0'));
        const env = {
          ...process.env,
          NODE_OPTIONS: '',
          GUARDBEE_URL: url,
          GUARDBEE_TOKEN: OWN_TOKEN,
          PORT: '0',
        };
        const child = spawn(node, [file], { cwd: project.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
        let stderr = '';
        child.stderr.on('data', (chunk) => (stderr += chunk));
        try {
          const said = await Promise.race([
            once(child.stdout, 'data'),
            once(child, 'close').then(() => [stderr]),
          ]);
          const port = /^listens on (\d+)\n$/.exec(String(said[0]))?.[1] ?? assert.fail(String(said[0]));
          const get = async (token?: string) => {
            const headers: Record<string, string> =
              token === undefined ? {} : { authorization: `Bearer ${token}` };
            const reply = await fetch(`http://localhost:${port}/`, { headers });
            return [reply.status, await reply.text()] as const;
          };
          const token = peer.issue({ scope: 'orders:read' });
          const [status, body] = await get(token);
          assert.equal(status, 200);
          assert.equal(
            body,
            name === 'README' ? 'Orders of jane@example.com\n' : '{"orders":[],"of":"jane@example.com"}',
          );
          assert.equal((await get())[0], 401);
          assert.equal((await get(peer.issue({ scope: 'other' })))[0], 403);
          peer.revoke(token);
          assert.equal((await get(token))[0], 401);
          await peer.close();
          assert.equal((await get(token))[0], 503);
          assert.equal(stderr, '');
        } finally {
          child.kill();
          await peer.close().catch(() => {});
        }
      });
    }
  }

  for (const node of nodes()) {
    test(`a program that forgets to close its verifier ends all the same (${node})`, async () => {
      const peer = new PeerService();
      const url = await peer.listen();
      const file = project.write(
        'end.mjs',
        `import { createVerifier } from '@guardbee/verifier';
const verifier = createVerifier({ url: '${url}', token: '${OWN_TOKEN}', cache: true });
await new Promise((resolve) => setTimeout(resolve, 300));
console.log((await verifier.verify('${peer.issue()}')).email);`,
      );
      const { code, stdout, stderr } = await run(node, [file], project.folder, 10_000);
      await peer.close();
      assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'jane@example.com\n', stderr: '' });
    });
  }
});
