/**
 * Where the package's files are, seen from the source as from what is built of it (`tools/build.ts`): this file, and whatever it
 * is put into, lie in a folder of the package.
 */
export const PACKAGE_FOLDER: URL = new URL('../', import.meta.url);

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** A thread's file, by its path within the source, without extension. Each is an entry of the build. */
export function threadFile(path: 'login/hash-worker' | 'storage/sqlite/writer-thread'): URL {
  return new URL(`./${path}.${extension}`, import.meta.url);
}
