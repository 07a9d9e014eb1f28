/**
 * Makes what is published, after `tsc -b` has written the `.d.ts` files:
 *
 * - `dist/index.cjs`: `module.exports` is the plain object
 * - `dist/index.js`: the ES module for browsers and bundlers
 * - `dist/node.js`: the ES module for Node, Deno and Bun, over `index.cjs`: one `ApiClient.instance` in a process,
 *   however it is loaded
 * - `dist/giantswarm.min.js`: a classic script, global `GiantSwarm`
 * - `dist/*.d.cts`: the types for `require`
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

const dist = join(import.meta.dirname, 'dist');
const banner = '/*! giantswarm | Apache-2.0 */';
const common: BuildOptions = {
  bundle: true,
  target: 'es2022',
  platform: 'neutral',
  charset: 'utf8',
  banner: { js: banner },
};

function entry(contents: string): BuildOptions {
  return { stdin: { contents, resolveDir: join(import.meta.dirname, 'src'), loader: 'ts' } };
}

await Promise.all([
  build({
    ...common,
    ...entry(`export * from './index.ts'; export { default } from './index.ts';`),
    format: 'esm',
    sourcemap: true,
    outfile: join(dist, 'index.js'),
  }),
  build({
    ...common,
    ...entry(`import GiantSwarm from './index.ts'; module.exports = GiantSwarm;`),
    format: 'cjs',
    sourcemap: true,
    outfile: join(dist, 'index.cjs'),
  }),
  build({
    ...common,
    ...entry(`import GiantSwarm from './index.ts'; globalThis.GiantSwarm = GiantSwarm;`),
    format: 'iife',
    minify: true,
    sourcemap: true,
    outfile: join(dist, 'giantswarm.min.js'),
  }),
]);

const names = Object.keys(await import('./src/members.ts'));
writeFileSync(
  join(dist, 'node.js'),
  `${banner}
import GiantSwarm from './index.cjs';
export default GiantSwarm;
export const { ${names.join(', ')} } = GiantSwarm;
`,
);

// the script's users get the global from whichever of the two declarations their tools find
const umd = 'export as namespace GiantSwarm;\n';
for (const file of readdirSync(dist).filter((name) => name.endsWith('.d.ts'))) {
  const path = join(dist, file);
  const isIndex = file === 'index.d.ts';
  const types = readFileSync(path, 'utf8').replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'");
  writeFileSync(path, isIndex && !types.includes(umd) ? `${umd}${types}` : types);
  // require() gives the members themselves: there is no default beside them
  const required = isIndex ? `${umd}export * from './members.js';\n` : types;
  const commonJs = required
    .replaceAll(/(from '\.\/[\w-]+)\.js'/g, "$1.cjs'")
    .replace(/\n\/\/# sourceMappingURL.*/, '\n');
  writeFileSync(path.replace(/ts$/, 'cts'), commonJs);
}
