import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../tools/build.ts';
import { temporaryFolder } from '../guardbee.ts';

const root = join(import.meta.dirname, '../..');

/** A line of the server that is replaced by a wrong one. */
export interface Patch {
  /** In `packages/server/src`. */
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
}

/**
 * A copy of the command in which the server does something wrong, so that a test can show that it would notice. Nothing
 * that is shipped has a switch for it: the copy's text is changed, and built. Fails when the text is not there once.
 */
export async function breedMutant(
  patches: readonly Patch[],
): Promise<Disposable & { readonly command: string }> {
  const folder = temporaryFolder();
  for (const part of [
    'cli/bin',
    'cli/dist',
    'cli/package.json',
    'server/data',
    'server/src',
    'server/package.json',
  ])
    cpSync(join(root, 'packages', part), join(folder.path, 'packages', part), { recursive: true });
  const modules = join(folder.path, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(root, 'node_modules')))
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  rmSync(join(modules, '@guardbee'));
  mkdirSync(join(modules, '@guardbee'));
  symlinkSync(join(folder.path, 'packages/server'), join(modules, '@guardbee/server'));
  for (const { file, right, wrong } of patches) {
    const path = join(folder.path, 'packages/server/src', file);
    const [before, after, ...more] = readFileSync(path, 'utf8').split(right);
    if (before === undefined || after === undefined || more.length > 0)
      throw new Error(`${file} does not have this once: ${right}`);
    writeFileSync(path, before + wrong + after);
  }
  await bundle(join(folder.path, 'packages/server'), 'server');
  return {
    command: join(folder.path, 'packages/cli/bin/guardbee.js'),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}
