import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { satisfies, subset } from 'semver';
import { GUARDBEE } from './guardbee.ts';

/** Which Node a package says it needs is true of everything that it brings along. */

const root = join(import.meta.dirname, '..');

interface Locked {
  readonly engines?: { readonly node?: string };
  /** Of a link, the folder it leads to. */
  readonly resolved?: string;
}

const locked: Readonly<Record<string, Locked>> = JSON.parse(
  readFileSync(join(root, 'package-lock.json'), 'utf8'),
).packages;

/** What is installed with a package of ours, with what each of it needs. */
function needs(name: string): [string, string][] {
  const args = ['ls', '--all', '--parseable', '--omit=dev', '--package-lock-only', '--workspace', name];
  const [, ...folders] = execFileSync('npm', args, { cwd: root, encoding: 'utf8' }).trim().split('\n');
  return folders.flatMap((folder) => {
    const place = relative(root, folder);
    const node = locked[locked[place]?.resolved ?? place]?.engines?.node;
    return node === undefined ? [] : [[place, node] as [string, string]];
  });
}

function engines(folder: string): string {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).engines.node;
}

for (const [name, folder] of [
  ['guardbee', 'packages/cli'],
  ['@guardbee/server', 'packages/server'],
  ['@guardbee/verifier', 'packages/verifier'],
  ['giantswarm', 'packages/giantswarm'],
] as const) {
  test(`${name} asks for a Node that all of its dependencies take`, () => {
    const ours = engines(folder);
    const all = needs(name);
    assert.ok(all.some(([place]) => place === join('node_modules', name)));
    for (const [place, theirs] of all)
      assert.ok(subset(ours, theirs), `${place} needs Node ${theirs}; ${name} says ${ours}`);
  });
}

test('the command starts under every Node that its package asks for, and says so under others', () => {
  for (const version of [
    '20.19.0',
    '22.22.2',
    '24.7.0',
    '24.14.9',
    '24.15.0',
    '25.9.0',
    '26.0.0',
    '30.1.0',
  ]) {
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
    const args = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, GUARDBEE, '--version'];
    let [code, said] = [0, ''];
    try {
      execFileSync(process.execPath, args, { stdio: 'pipe', encoding: 'utf8' });
    } catch (error) {
      ({ status: code, stderr: said } = error as { status: number; stderr: string });
    }
    assert.equal(code, satisfies(version, engines('packages/cli')) ? 0 : 1, `${version}: ${said}`);
    if (code !== 0)
      assert.match(said, new RegExp(`^guardbee needs Node\\.js 24\\.15 .*this is ${version}\\.\\n$`));
  }
});
