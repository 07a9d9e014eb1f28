import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { PACKAGE_FOLDER } from '../package-folder.ts';

/** One file of the console as it is sent. */
export interface ConsoleFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
  /** Strong (RFC 9110 section 8.8.3). */
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const BUILT = fileURLToPath(new URL('dist/console', PACKAGE_FOLDER));

/**
 * The console as it was built, by name: `index.html`, and what lies in `assets`. A name is looked up in the list of the
 * files that were there at the start, and never becomes part of a path otherwise. Each is read and compressed when it is
 * first asked for, and kept.
 *
 * Without a built console there is no file.
 */
export function consoleFiles(folder: string = BUILT): (name: string) => Promise<ConsoleFile> | undefined {
  const paths = new Map([
    ...namesIn(folder).map((name) => [name, join(folder, name)] as const),
    ...namesIn(join(folder, 'assets')).map(
      (name) => [`assets/${name}`, join(folder, 'assets', name)] as const,
    ),
  ]);
  const read = new Map<string, Promise<ConsoleFile>>();
  return (name) => {
    const path = paths.get(name);
    if (path === undefined) return undefined;
    const file = read.get(name) ?? load(path);
    read.set(name, file);
    file.catch(() => read.delete(name));
    return file;
  };
}

async function load(path: string): Promise<ConsoleFile> {
  const plain = await readFile(path);
  return {
    type: TYPES[extname(path)] ?? 'application/octet-stream',
    plain,
    gzipped: await promisify(gzip)(plain, { level: 9 }),
    etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}
