import { type Flags, openOffline, readConfig } from '@guardbee/server';
import type { Io } from '../io.ts';
import { onlyOffline } from './users-import.ts';

export interface ExportOptions {
  readonly offline?: boolean;
  readonly dataDir?: string;
  readonly withHashes?: boolean;
}

/** All accounts, one JSON object a line, as an import reads them. */
export async function exportUsers(options: ExportOptions, io: Io): Promise<void> {
  const { dataDir, withHashes = false } = options;
  onlyOffline(options, 'export');
  const flags: Flags = dataDir === undefined ? {} : { dataDir };
  const offline = await openOffline(readConfig(io.env, flags));
  async function* lines(): AsyncGenerator<Uint8Array> {
    for await (const line of offline.exportUsers({ withHashes })) yield Buffer.from(`${line}\n`);
  }
  try {
    await io.pour(lines());
  } finally {
    await offline.close();
  }
}
