/**
 * `npm run pack [-- folder]`: what a release publishes, into `out/` by default: the packages as tarballs, and a CycloneDX
 * bill of materials of what an installation of `guardbee` holds. It is read from a real installation, because a workspace's
 * own bill leaves out what is also needed for development. Without it releases would be put together by hand.
 */
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

const root = join(import.meta.dirname, '..');
const out = resolve(process.argv[2] ?? 'out');
mkdirSync(out, { recursive: true });

function npm(args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm ${args[0]} failed:\n${stderr}`);
  return stdout;
}

for (const name of ['giantswarm', 'verifier', 'server', 'cli']) {
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', out];
  npm([...pack, '--workspace', `packages/${name}`], root);
}

const app = mkdtempSync(join(tmpdir(), 'guardbee-'));
try {
  const tarballs = globSync(join(out, '*.tgz')).filter((file) => !basename(file).includes('verifier'));
  const quiet = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  writeFileSync(
    join(app, 'package.json'),
    JSON.stringify({ name: 'installed', version: '0.0.0', private: true }),
  );
  npm(['install', ...quiet, ...tarballs], app);
  writeFileSync(join(out, 'sbom.cdx.json'), npm(['sbom', '--sbom-format', 'cyclonedx'], app));
} finally {
  rmSync(app, { recursive: true });
}
console.log(globSync(join(out, '*')).sort().join('\n'));
