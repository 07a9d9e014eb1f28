/**
 * `node tools/dependencies.ts [--check]`: writes docs/dependencies.md from the lockfile: what an installed Guardbee pulls
 * in, under which licences. With `--check` it only says whether the page is true, and whether every licence is one that we
 * take. Without it a dependency could grow a tree, or change its licence, unseen.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, '..');
const PAGE = join(root, 'docs/dependencies.md');
const ALLOWED = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
]);
/** Of a choice, the part that we take. */
const CHOSEN: Readonly<Record<string, string>> = { '(BSD-3-Clause OR GPL-2.0)': 'BSD-3-Clause' };

/** Measured by hand in a fresh installation on Linux, x64; test/deployments.test.ts says when it is no longer so. */
const INSTALLED = { packages: 97, megabytes: 27, onDisk: 48, on: '2026-11-27' };

const packages: Readonly<Record<string, Locked>> = JSON.parse(
  readFileSync(join(root, 'package-lock.json'), 'utf8'),
).packages;

/** Where a dependency of a package lies: as Node looks for it, from the nearest folder up. */
function resolve(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.replace(/(^|\/)(node_modules\/)?[^/]+$/, '')) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[place] !== undefined) return place;
    if (folder === '') return undefined;
  }
}

/** What a package names; of ours also what it can do without. */
function ownOf(folder: string): string[] {
  const { dependencies = {}, optionalDependencies = {} } = packages[folder] ?? {};
  return [
    ...Object.keys(dependencies),
    ...(folder.startsWith('packages/') ? Object.keys(optionalDependencies) : []),
  ];
}

/** Everything that a package pulls in, without our own packages and without what only other platforms install. */
function treeOf(folder: string): Map<string, Locked> {
  const found = new Map<string, Locked>();
  const waiting = [folder];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const name of ownOf(at)) {
      const place = resolve(at, name);
      const locked = place === undefined ? undefined : packages[place];
      if (place === undefined || locked === undefined)
        throw new Error(`${name} of ${at} is not in the lockfile`);
      if (locked.link) {
        waiting.push(`packages/${name === 'giantswarm' ? name : (name.split('/').at(-1) ?? name)}`);
      } else if (!found.has(place)) {
        found.set(place, locked);
        waiting.push(place);
      }
    }
  }
  return found;
}

const licenceOf = ({ license = 'none' }: Locked): string => CHOSEN[license] ?? license;

function section(title: string, folder: string): { text: string; wrong: string[] } {
  const tree = treeOf(folder);
  const direct = ownOf(folder);
  const rows = direct
    .map((name) => [name, resolve(folder, name)] as const)
    .map(([name, place]) => [name, place, place === undefined ? undefined : packages[place]] as const)
    .filter(([, , locked]) => locked !== undefined && !locked.link)
    .map(([name, place, locked]) => {
      const below = treeOf(String(place)).size;
      return `| ${name} | ${locked?.version} | ${locked === undefined ? '' : licenceOf(locked)} | ${below} |`;
    });
  const licences = Map.groupBy(tree.values(), licenceOf);
  const counts = [...licences]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, all]) => `${all.length} × ${name}`);
  const text = [
    `## ${title}`,
    '',
    `${tree.size} packages of others in all${tree.size === 0 ? '.' : `: ${counts.join(', ')}.`}`,
    ...(rows.length === 0
      ? []
      : ['', '| direct dependency | version | licence | pulls in |', '|---|---|---|---|', ...rows]),
  ].join('\n');
  const wrong = [...tree].flatMap(([place, locked]) => [
    ...(ALLOWED.has(licenceOf(locked)) ? [] : [`${place}: licence ${licenceOf(locked)}`]),
    ...(locked.hasInstallScript ? [`${place} runs a script when it is installed`] : []),
  ]);
  return { text, wrong };
}

const sections = [
  section('guardbee, the command with the service', 'packages/cli'),
  section('@guardbee/server', 'packages/server'),
  section('giantswarm, the JavaScript client', 'packages/giantswarm'),
  section('@guardbee/verifier', 'packages/verifier'),
];
const page = `# Dependencies

What an installed package pulls in, from the lockfile; written by \`npm run docs\` and held true by \`npm test\`. Why each of
them was chosen stands in [decisions](decisions/). Natively compiled parts (Argon2, the keyring) come as ready packages for each platform
and are not counted twice; none of them runs a script when it is installed.

Installed from npm, \`guardbee\` is ${INSTALLED.packages} packages in all, with our own and the compiled parts for one platform: ${INSTALLED.megabytes} MB of files, ${INSTALLED.onDisk} MB on a
disk with blocks of 4 KiB (Linux, x64; measured on ${INSTALLED.on}).

\`npm sbom --omit dev --sbom-format cyclonedx\` prints a CycloneDX bill of materials.

${sections.map(({ text }) => text).join('\n\n')}
`;

const wrong = sections.flatMap((one) => one.wrong);
for (const line of new Set(wrong)) console.error(line);
if (wrong.length > 0) process.exitCode = 1;
if (process.argv.includes('--check')) {
  if (readFileSync(PAGE, 'utf8') !== page) {
    console.error('docs/dependencies.md is not as the lockfile has it: npm run docs');
    process.exitCode = 1;
  }
} else writeFileSync(PAGE, page);
