import { createReadStream } from 'node:fs';
import type { Witness } from '@guardbee/server';
import { AuditApi } from 'giantswarm';
import { type ConnectionOptions, callOptions, connectAsUser } from './connection.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';

/** Where an audit trail is read: at a service, in a data directory of this machine, or in a file that was exported. */
export interface AuditSource extends ConnectionOptions {
  readonly offline?: boolean;
  readonly dataDir?: string;
  readonly file?: string | undefined;
}

export interface OpenAuditSource {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Whether the keys in it come from this machine's own secret, not from whoever wrote the text. */
  readonly hasOwnKeys: boolean;
  /** How far the chains must have come, where that is noted beside the database. */
  readonly witnesses: ReadonlyMap<string, Witness>;
  close(): Promise<void>;
}

const elsewhere = { hasOwnKeys: false, witnesses: new Map<string, Witness>(), async close() {} };

export async function openAuditSource(
  source: AuditSource,
  { format, activity }: { format: 'ndjson' | 'csv'; activity: string },
  io: Io,
): Promise<OpenAuditSource> {
  const { file, offline, dataDir } = source;
  if (dataDir !== undefined && !offline)
    throw new CommandError(EXIT.usage, '--data-dir goes with --offline.');
  if (file !== undefined && (offline || source.endpoint !== undefined || source.account !== undefined)) {
    throw new CommandError(EXIT.usage, 'Name a file, a service or --offline, not several.');
  }
  if (file !== undefined) return { ...elsewhere, chunks: fileChunks(file) };
  if (offline) return fromDataDirectory(dataDir, format, io);
  const { client, call, endpoint } = await connectAsUser(source, io);
  const opts = { ...callOptions(activity), format };
  const stream = await call(new AuditApi(client).exportAuditEvents(opts));
  return { ...elsewhere, chunks: whole(stream, endpoint) };
}

async function fromDataDirectory(dataDir: string | undefined, format: 'ndjson' | 'csv', io: Io) {
  const { openOffline, readConfig } = await import('@guardbee/server');
  const offline = await openOffline(readConfig(io.env, dataDir === undefined ? {} : { dataDir }));
  return {
    chunks: encoded(offline.exportAudit(format)),
    hasOwnKeys: true,
    witnesses: offline.anchoredHeads,
    close: () => offline.close(),
  };
}

async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const text of texts) yield encoder.encode(text);
}

/** A file as it comes. Throws `CommandError` when it cannot be read. */
export async function* fileChunks(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file) as AsyncIterable<Buffer>;
  } catch (error) {
    throw new CommandError(EXIT.failed, `Cannot read ${file}: ${(error as Error).message}`);
  }
}

/** A connection that breaks in the middle is said to be one. */
async function* whole(stream: ReadableStream<Uint8Array>, endpoint: string): AsyncGenerator<Uint8Array> {
  try {
    yield* stream as unknown as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new CommandError(EXIT.unreachable, `${endpoint} broke off in the middle of the trail.`, {
      hint: 'Try again; what has come so far is not the whole of it.',
      cause: error,
    });
  }
}
