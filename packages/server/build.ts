/** Behind `tsc -b`: puts the schema builder into the one file that `dist` imports it from. */
import { join } from 'node:path';
import { build } from 'esbuild';

await build({
  entryPoints: [join(import.meta.dirname, 'src/http/type.ts')],
  outfile: join(import.meta.dirname, 'dist/http/type.js'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
});
