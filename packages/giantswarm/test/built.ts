/** The tests of the published package look at what `npm run build` made: they say so when it is missing or old. */
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const packageFolder: string = join(import.meta.dirname, '..');

/** @throws Error when `dist` is missing or older than the source */
export function requireBuilt(): void {
  const newest = (pattern: string) => {
    const files = globSync(pattern, { cwd: packageFolder });
    return Math.max(0, ...files.map((file) => statSync(join(packageFolder, file)).mtimeMs));
  };
  const source = newest('{src/**/!(*.test).ts,build.ts}');
  if (newest('dist/*.min.js') < source) {
    throw new Error('packages/giantswarm/dist is older than its source: run `npm run build` first');
  }
}
