import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packageFolder, requireBuilt } from './built.ts';
import { filesBelow, installPacked } from './packed.ts';
import { emptyProject, nodes, run } from './program.ts';

const names = [
  'ApiClient',
  'ApiError',
  'AuditApi',
  'AuthTokensApi',
  'InfoApi',
  'UsersApi',
  'V4ActivityCount',
  'V4AuditChain',
  'V4AuditEvent',
  'V4AuthToken',
  'V4AuthTokenEnded',
  'V4AuthTokenLastUsed',
  'V4CreateAuthTokenRequest',
  'V4CreateAuthTokenResponse',
  'V4CreateUserRequest',
  'V4DeletedAuthTokens',
  'V4GenericResponse',
  'V4InfoResponse',
  'V4InfoResponseGeneral',
  'V4InfoResponseGeneralAvailabilityZones',
  'V4InfoResponseWorkers',
  'V4InfoResponseWorkersCountPerCluster',
  'V4ModifyUserPasswordRequest',
  'V4ModifyUserRequest',
  'V4RecordedRequest',
  'V4Status',
  'V4TracedRequest',
  'V4UserListItem',
  'isApiError',
  'nextCursor',
];
const program = readFileSync(join(import.meta.dirname, 'consumer-program.ts.txt'), 'utf8');
const workspace = join(packageFolder, '../..');
const tsc = join(workspace, 'node_modules/typescript/bin/tsc');

suite('the packed package', () => {
  const project = emptyProject();
  const installed = join(project.folder, 'node_modules/giantswarm');
  let tarball: Buffer;
  before(async () => {
    requireBuilt();
    tarball = await installPacked(packageFolder, project.folder, installed);
  });
  after(() => project[Symbol.dispose]());

  const runs = async (node: string, file: string, code: string) => {
    const { code: exit, stdout, stderr } = await run(node, [project.write(file, code)], project.folder);
    assert.deepEqual({ exit, stderr }, { exit: 0, stderr: '' });
    return JSON.parse(stdout);
  };
  const compiles = async (file: string, code: string, options: object, extra: object = {}) => {
    project.write(file, code);
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: [],
      ...options,
    };
    project.write('tsconfig.json', JSON.stringify({ compilerOptions, files: [file], ...extra }));
    const { code: exit, stdout } = await run(process.execPath, [tsc, '-p', '.'], project.folder);
    assert.equal(exit, 0, stdout);
  };

  test('holds exactly what is meant', () => {
    const files = filesBelow(installed);
    const sources = readdirSync(join(packageFolder, 'src'))
      .filter((name) => !name.endsWith('.test.ts'))
      .map((name) => name.replace(/\.ts$/, ''));
    const expected = [
      'LICENSE',
      'README.md',
      'package.json',
      ...['index.js', 'index.cjs', 'giantswarm.min.js'].flatMap((name) => [
        `dist/${name}`,
        `dist/${name}.map`,
      ]),
      'dist/node.js',
      ...sources.flatMap((name) => [
        `src/${name}.ts`,
        `dist/${name}.d.ts`,
        `dist/${name}.d.ts.map`,
        `dist/${name}.d.cts`,
      ]),
    ];
    assert.deepEqual(files.sort(), expected.sort());
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    assert.equal(manifest.dependencies, undefined);
    assert.equal(manifest.license, 'Apache-2.0');
  });

  test('the classic script is at most 8 kB gzipped', () => {
    const size = gzipSync(readFileSync(join(installed, 'dist/giantswarm.min.js')), { level: 9 }).length;
    assert.ok(size <= 8000, `${size} bytes`);
  });

  for (const node of nodes()) {
    test(`require gives a plain object whose members may be replaced (${node})`, async () => {
      const code = `const G = require('giantswarm');
const plain = Object.values(Object.getOwnPropertyDescriptors(G)).every((d) => d.writable && d.enumerable && d.configurable);
const { AuthTokensApi } = G;
G.AuthTokensApi = 'stub';
const stubbed = require('giantswarm').AuthTokensApi;
console.log(JSON.stringify({ names: Object.keys(G).sort(), plain, stubbed, proto: Object.getPrototypeOf(G) === Object.prototype }));`;
      assert.deepEqual(await runs(node, 'a.cjs', code), { names, plain: true, stubbed: 'stub', proto: true });
    });

    test(`import gives the default and names, and shares the instance with require (${node})`, async () => {
      const code = `import GiantSwarm, * as all from 'giantswarm';
import { ApiClient, AuthTokensApi } from 'giantswarm';
import { createRequire } from 'node:module';
const required = createRequire(import.meta.url)('giantswarm');
const same = GiantSwarm === required && ApiClient === required.ApiClient && new AuthTokensApi().apiClient === required.ApiClient.instance;
console.log(JSON.stringify({ names: Object.keys(all).filter((name) => name !== 'default').sort(), same }));`;
      assert.deepEqual(await runs(node, 'a.mjs', code), { names, same: true });
    });
  }

  const nodenext = { module: 'nodenext', moduleResolution: 'nodenext' };
  const bundler = { module: 'esnext', moduleResolution: 'bundler' };
  test('TypeScript, nodenext, ES module', () => compiles('a.mts', program, nodenext));
  test('TypeScript, nodenext, CommonJS', () => compiles('a.cts', program, nodenext));
  test('TypeScript, node16, CommonJS', () =>
    compiles('a.cts', program, { module: 'node16', moduleResolution: 'node16' }));
  test('TypeScript, bundler', () => compiles('a.ts', program, bundler));
  test('TypeScript for Node without the DOM’s types', () =>
    compiles('a.mts', program, {
      ...nodenext,
      lib: ['es2024'],
      types: ['node'],
      typeRoots: [join(workspace, 'node_modules/@types')],
    }));

  const byDefault = `import GiantSwarm from 'giantswarm';
const api: GiantSwarm.AuthTokensApi = new GiantSwarm.AuthTokensApi(GiantSwarm.ApiClient.instance);
const made: Promise<GiantSwarm.V4CreateAuthTokenResponse> = api.createAuthToken(new GiantSwarm.V4CreateAuthTokenRequest());
export { made };`;
  test('TypeScript, the default import, with its types', async () => {
    await compiles('a.mts', byDefault, nodenext);
    await compiles('a.ts', byDefault, bundler);
    await compiles('a.cts', byDefault, { ...nodenext, esModuleInterop: true });
  });

  test('TypeScript, import = require', () =>
    compiles(
      'a.cts',
      `import GiantSwarm = require('giantswarm');
const api: GiantSwarm.AuthTokensApi = new GiantSwarm.AuthTokensApi();
export { api };`,
      nodenext,
    ));

  test('TypeScript, the classic script’s global', () =>
    compiles('a.ts', 'const api: GiantSwarm.AuthTokensApi = new GiantSwarm.AuthTokensApi();', {
      ...bundler,
      moduleDetection: 'legacy',
      types: ['giantswarm'],
      typeRoots: [join(project.folder, 'node_modules')],
    }));

  test('a bundler takes the ES module, and nothing where nothing is used', async () => {
    const bundle = async (contents: string) => {
      const { outputFiles, metafile } = await build({
        stdin: { contents, resolveDir: project.folder },
        bundle: true,
        write: false,
        minify: true,
        metafile: true,
        format: 'iife',
        platform: 'browser',
        logLevel: 'silent',
      });
      return { code: outputFiles[0]?.text ?? '', inputs: Object.keys(metafile.inputs) };
    };
    const { code, inputs } = await bundle(
      `import G, { ApiClient } from 'giantswarm'; console.log(G.ApiClient === ApiClient);`,
    );
    assert.ok(
      inputs.some((input) => input.endsWith('giantswarm/dist/index.js')),
      inputs.join(),
    );
    assert.equal(await runs(process.execPath, 'bundle.cjs', code), true);
    assert.ok((await bundle(`import 'giantswarm'; console.log(1);`)).code.length < 100);
  });

  test('publint finds nothing to say', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed, strict: true, pack: false });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    );
  });

  test('are-the-types-wrong finds nothing wrong', async () => {
    const result = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
    assert.ok(result.types);
    assert.deepEqual(result.problems, []);
  });
});
