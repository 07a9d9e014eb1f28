import { randomBytes } from 'node:crypto';
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type AuditSource, openAuditSource } from '../audit-source.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';

export interface AuditExportOptions extends AuditSource {
  readonly format: 'ndjson' | 'csv';
  readonly output?: string;
  readonly json?: boolean;
}

/** The whole trail, to standard output or into a file, which is there in whole or not at all. */
export async function exportAudit(options: AuditExportOptions, io: Io): Promise<void> {
  const { output, format } = options;
  const source = await openAuditSource(options, { format, activity: 'audit-export' }, io);
  try {
    if (output === undefined) return await io.pour(source.chunks);
    const bytes = await save(source.chunks, output, io);
    io.out(options.json ? JSON.stringify({ output, bytes }) : `Wrote ${output} (${megabytes(bytes)}).`);
  } finally {
    await source.close();
  }
}

async function save(chunks: AsyncIterable<Uint8Array>, output: string, io: Io): Promise<number> {
  const draft = `${output}.${randomBytes(4).toString('hex')}.part`;
  let bytes = 0;
  async function* counted() {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      io.progress(`${megabytes(bytes)} …`);
      yield chunk;
    }
  }
  try {
    // Others of this machine have no business in it.
    const file = createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(Readable.from(counted()), file);
    renameSync(draft, output);
  } catch (error) {
    rmSync(draft, { force: true });
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new CommandError(EXIT.failed, `Cannot write ${output}: ${(error as Error).message}`);
  } finally {
    io.progress(undefined);
  }
  return bytes;
}

function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
