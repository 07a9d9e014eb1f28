/**
 * `node tools/release-version.ts v1.2.3`: ends with 1 unless every package and the changelog name this version. Without it a
 * tag could publish what it doesn't say.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const version = process.argv[2]?.replace(/^v/, '') ?? '';
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const wrong = ['package.json', ...globSync('packages/*/package.json', { cwd: root })].flatMap((file) => {
  const { version: own, dependencies = {} } = JSON.parse(read(file));
  const others = Object.entries(dependencies).filter(([name]) =>
    /^(giantswarm|guardbee|@guardbee\/.*)$/.test(name),
  );
  return [[file, own], ...others.map(([name, wanted]) => [`${file} wants ${name}`, wanted])]
    .filter(([, found]) => found !== version)
    .map(([what, found]) => `${what}: ${found}`);
});
if (!read('CHANGELOG.md').includes(`\n## ${version} `))
  wrong.push(`CHANGELOG.md has no section "## ${version} (date)"`);
for (const line of wrong) console.error(line);
if (wrong.length > 0) process.exitCode = 1;
