import { createReadStream } from 'node:fs';
import { type Flags, type ImportedLine, openOffline, readConfig } from '@guardbee/server';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';

export interface ImportOptions {
  readonly file: string;
  readonly offline?: boolean;
  readonly dataDir?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** So that a terminal is not written to for each line. */
const SHOW_EVERY = 100;

/** Takes over accounts from a file, and says of each line that was not taken over why. */
export async function importUsers(options: ImportOptions, io: Io): Promise<void> {
  const { dataDir, file, dryRun = false } = options;
  onlyOffline(options, 'import');
  const flags: Flags = dataDir === undefined ? {} : { dataDir };
  const offline = await openOffline(readConfig(io.env, flags), { mayMake: true });
  const counts = { created: 0, skipped: 0, refused: 0 };
  try {
    for await (const line of offline.importUsers(createReadStream(file), { dryRun })) {
      counts[line.outcome] += 1;
      const said = sentence(line);
      if (said !== undefined) {
        io.progress(undefined);
        io.err(said);
      }
      if (line.line % SHOW_EVERY === 0) io.progress(`line ${line.line} …`);
    }
  } catch (error) {
    throw unreadable(error, file);
  } finally {
    io.progress(undefined);
    await offline.close();
  }
  io.out(options.json ? JSON.stringify({ ...counts, dry_run: dryRun }) : summary(counts, dryRun));
  if (counts.refused > 0) {
    throw new CommandError(EXIT.failed, `${counts.refused} of the lines were refused.`);
  }
}

/** There is no way over the network yet: what a whole list of hashes is worth, it should not travel needlessly. */
export function onlyOffline({ offline }: { offline?: boolean }, what: string): void {
  if (offline) return;
  throw new CommandError(EXIT.usage, `users ${what} works on the data directory of this machine only.`, {
    hint: `guardbee users ${what} … --offline`,
  });
}

function sentence(line: ImportedLine): string | undefined {
  switch (line.outcome) {
    case 'created':
      return undefined;
    case 'skipped':
      return `line ${line.line}: skipped: there is an account ${line.email} already.`;
    case 'refused':
      return `line ${line.line}: refused: ${line.reason}`;
  }
}

function summary(counts: Record<'created' | 'skipped' | 'refused', number>, dryRun: boolean): string {
  const created = dryRun ? 'would be created' : 'created';
  return `${counts.created} ${created}, ${counts.skipped} skipped, ${counts.refused} refused.`;
}

function unreadable(error: unknown, file: string): unknown {
  const { syscall, code } = error as NodeJS.ErrnoException;
  const ofFile = syscall === 'open' || syscall === 'read';
  return ofFile ? new CommandError(EXIT.failed, `Cannot read ${file}: ${code}.`) : error;
}
