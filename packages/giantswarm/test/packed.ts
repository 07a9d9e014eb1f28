/** A package as it would be published and installed: packed, and unpacked into a project of its own. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from './program.ts';

/** Packs `packageFolder` into `folder` and unpacks it at `installed`; answers with the tarball. */
export async function installPacked(
  packageFolder: string,
  folder: string,
  installed: string,
): Promise<Buffer> {
  const pack = ['pack', '--ignore-scripts', '--offline', '--pack-destination', folder];
  const packed = await run('npm', pack, packageFolder);
  assert.equal(packed.code, 0, packed.stderr);
  const file = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
  mkdirSync(installed, { recursive: true });
  const unpacked = await run('tar', ['xzf', file, '-C', installed, '--strip-components=1'], folder);
  assert.equal(unpacked.code, 0, unpacked.stderr);
  return readFileSync(file);
}

/** Every file below a folder, by its path in it. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
