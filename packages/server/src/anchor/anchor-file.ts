import { closeSync, fsyncSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError } from '../config-sources.ts';
import { makeFolder } from '../make-folder.ts';
import { type Ending, isEnding } from './endings.ts';

/** Where each audit chain had come to: the number of its last event, and the first 16 bytes of its hash in hexadecimal. */
export type Heads = ReadonlyMap<string, { readonly n: number; readonly hash: string }>;

export type AnchorLine = { readonly heads: Heads } | { readonly ending: Ending };

const FIRST_LINE = '{"guardbee_anchor":1}';

/** Bytes. Beyond the first the older part of the file goes, down to the second: some 200,000 endings. */
const BOUNDS = { most: 64 * 1024 * 1024, kept: 32 * 1024 * 1024 };

/** The last heads are in the last so many bytes, unless several hundred chains are at work. */
const TAIL = 256 * 1024;

/**
 * What is known of the database outside of it: a text of JSON lines, which only ever grows at its end, apart from the
 * times when it has become too long. What was appended is on the disk when the promise resolves. Several processes may append: a line
 * said twice does no harm.
 *
 * A line that can't be read (torn by a power cut) is passed over.
 */
export class AnchorFile {
  readonly path: string;
  readonly #bounds: typeof BOUNDS;
  #handle: FileHandle;
  #isTorn: boolean;
  /** As they were noted last; undefined in a file that knows nothing yet. */
  #heads: Heads | undefined;

  private constructor(path: string, handle: FileHandle, bounds: typeof BOUNDS) {
    this.path = path;
    this.#handle = handle;
    this.#bounds = bounds;
    const tail = readTail(path, TAIL);
    this.#isTorn = tail !== '' && !tail.endsWith('\n');
    this.#heads = lastHeads(tail) ?? lastHeads(readTail(path, Number.POSITIVE_INFINITY));
  }

  /** Makes the file, for its owner alone, and its folder where they are missing. Throws `ConfigError`. */
  static async open(path: string, bounds = BOUNDS): Promise<AnchorFile> {
    try {
      makeFolder(dirname(path));
      const isNew = statSync(path, { throwIfNoEntry: false }) === undefined;
      const handle = await open(path, 'a', 0o600);
      if (isNew) syncFolder(path);
      else refuseForeign(path);
      return new AnchorFile(path, handle, bounds);
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      throw new ConfigError(`GUARDBEE_ANCHOR_FILE cannot be ${path}: ${(error as Error).message}.`);
    }
  }

  get heads(): Heads | undefined {
    return this.#heads;
  }

  /** Appends the endings and how far the database has come with them. Rejects with the system's error. */
  async note(endings: readonly Ending[], heads: Heads): Promise<void> {
    const lines = [
      ...endings,
      { heads: Object.fromEntries([...heads].map(([c, { n, hash }]) => [c, [n, hash]])) },
    ];
    const { size } = await this.#handle.stat();
    const before = size === 0 ? `${FIRST_LINE}\n` : this.#isTorn ? '\n' : '';
    // Until it is known to be whole: a disk that is full may take a part.
    this.#isTorn = true;
    await this.#handle.appendFile(`${before}${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
    await this.#handle.datasync();
    this.#isTorn = false;
    this.#heads = heads;
    if (size > this.#bounds.most) await this.#shorten();
  }

  /** Everything that is kept, from the oldest on. */
  *lines(): Generator<AnchorLine> {
    for (const text of readFileSync(this.path, 'utf8').split('\n')) {
      const line = parseLine(text);
      if (line !== undefined) yield line;
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** The younger part, from a whole line with heads on, takes the place of the file. */
  async #shorten(): Promise<void> {
    const lines = readTail(this.path, this.#bounds.kept).split('\n').slice(1);
    const first = lines.findIndex((line) => line.startsWith('{"heads"'));
    const draft = `${this.path}.shorter`;
    const handle = await open(draft, 'w', 0o600);
    await handle.writeFile(`${FIRST_LINE}\n${lines.slice(first).join('\n')}`);
    await handle.sync();
    await handle.close();
    await rename(draft, this.path);
    syncFolder(this.path);
    await this.#handle.close();
    this.#handle = await open(this.path, 'a', 0o600);
  }
}

/** The heads an anchor has noted last, without opening it; undefined when there is none. */
export function readAnchoredHeads(path: string): Heads | undefined {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  return lastHeads(readTail(path, TAIL)) ?? lastHeads(readTail(path, Number.POSITIVE_INFINITY));
}

function refuseForeign(path: string): void {
  const [first] = readHead(path, 64).split('\n');
  if (first !== '' && !FIRST_LINE.startsWith(first ?? '')) {
    throw new ConfigError(`GUARDBEE_ANCHOR_FILE cannot be ${path}: that file is not an anchor.`);
  }
}

function readHead(path: string, length: number): string {
  return readPart(path, () => 0, length);
}

function readTail(path: string, length: number): string {
  return readPart(path, (size) => Math.max(0, size - length), length);
}

function readPart(path: string, begin: (size: number) => number, length: number): string {
  const file = openSync(path, 'r');
  try {
    const { size } = statSync(path);
    const from = begin(size);
    const bytes = Buffer.alloc(Math.min(length, size - from));
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, from));
  } finally {
    closeSync(file);
  }
}

function lastHeads(text: string): Heads | undefined {
  const lines = text.split('\n');
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const line = parseLine(lines[at] ?? '');
    if (line !== undefined && 'heads' in line) return line.heads;
  }
  return undefined;
}

function parseLine(text: string): AnchorLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (isEnding(value)) return { ending: value };
  const heads = (value as { heads?: Record<string, [number, string]> } | null)?.heads;
  if (heads === undefined) return undefined;
  return { heads: new Map(Object.entries(heads).map(([chain, [n, hash]]) => [chain, { n, hash }])) };
}

/** So that the file's name survives a power cut too. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
