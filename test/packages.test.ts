import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/** What would be published: `giantswarm` and `@guardbee/verifier` look at theirs themselves. */

const root = join(import.meta.dirname, '..');

/** The console as it was built: its page, and files that are named by what is in them. */
function consoleFiles(): string[] {
  const built = join(root, 'packages/server/dist/console');
  const files = globSync('**/*.*', { cwd: built });
  for (const name of files)
    assert.match(name, /^index\.html$|^licenses\.md$|^assets\/[\w-]+-[\w-]{8}\.(?:js|css|svg)$/);
  assert.ok(files.includes('index.html') && files.length >= 4);
  return files.map((name) => `dist/console/${name}`);
}

for (const { folder, withSource, more, entries } of [
  {
    folder: 'packages/server',
    withSource: true,
    more: ['data/common-passwords.txt'],
    entries: ['index', 'login/hash-worker', 'storage/sqlite/writer-thread'],
  },
  { folder: 'packages/cli', withSource: false, more: ['bin/guardbee.js'], entries: ['main'] },
]) {
  const packageDir = join(root, folder);

  test(`${folder} holds exactly what is meant`, () => {
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'], {
        cwd: packageDir,
        encoding: 'utf8',
      }),
    );
    const isSupport = /\.test\.ts$|\.test-support\.ts$|^storage\/exam\/|^storage\/store-contract\.ts$/;
    const sources = globSync('**/*.ts', { cwd: join(packageDir, 'src') }).filter(
      (name) => !isSupport.test(name),
    );
    assert.ok(sources.length > 10);
    const expected = [
      'LICENSE',
      'README.md',
      'package.json',
      ...more,
      ...(folder === 'packages/server' ? consoleFiles() : []),
      ...sources.flatMap((source) => {
        const name = source.replace(/\.ts$/, '');
        const types = ['.d.ts', '.d.ts.map'].map((ending) => `dist/${name}${ending}`);
        return withSource ? [`src/${source}`, ...types] : types;
      }),
      ...entries.flatMap((entry) => [`dist/${entry}.js`, `dist/${entry}.js.map`]),
    ];
    const files: string[] = packed.files.map(({ path }: { path: string }) => path);
    // What several entries share, and what is loaded later, is named by what is in it.
    const isChunk = (path: string): boolean => /^dist\/[a-z-]+-[0-9A-Z]{8}\.js(\.map)?$/.test(path);
    assert.deepEqual(files.filter((path) => !isChunk(path)).sort(), expected.sort());
    assert.ok(files.filter(isChunk).length >= 4);
  });

  test(`${folder} is put together as publint wants it`, async () => {
    const { messages, pkg } = await publint({ pkgDir: packageDir, strict: true });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg ?? {})),
      [],
    );
  });
}
