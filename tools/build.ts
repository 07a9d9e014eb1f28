/**
 * Beside `tsc -b`, which writes the types: puts the source of the service and of the command into a few files. One that reads two
 * hundred small ones is ready a sixth later. What others have written stays with them, but for TypeBox, of which a small part of 700 files
 * is used.
 */
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** What is started or imported by name, within `src`. */
const ENTRIES = {
  server: ['index', 'login/hash-worker', 'storage/sqlite/writer-thread'],
  cli: ['main'],
};

if (import.meta.main) {
  const packages = join(import.meta.dirname, '../packages');
  for (const name of ['server', 'cli'] as const) await bundle(join(packages, name), name);
}

/** Builds the package in this folder. */
export async function bundle(folder: string, name: keyof typeof ENTRIES): Promise<void> {
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  // What was built before: chunks are named by what is in them.
  for (const file of globSync('**/*.js{,.map}', { cwd: join(folder, 'dist'), exclude: ['console/**'] }))
    rmSync(join(folder, 'dist', file));
  await build({
    entryPoints: ENTRIES[name].map((entry) => join(folder, `src/${entry}.ts`)),
    outbase: join(folder, 'src'),
    outdir: join(folder, 'dist'),
    // Directly in `dist`: the server's package-folder.ts relies on it.
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    external: Object.keys({ ...dependencies, ...optionalDependencies }).filter(
      (other) => other !== 'typebox',
    ),
    format: 'esm',
    platform: 'node',
    target: 'node24',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  });
  for (const file of globSync('*.js', { cwd: join(folder, 'dist') })) keepNarrow(join(folder, 'dist', file));
}

/**
 * One character beyond Latin-1 makes V8 hold a whole file in two bytes each. In what was built they are in comments only: those of
 * strings are written as escapes.
 */
function keepNarrow(file: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/[^\0-\x7f]/g, '?'));
}
