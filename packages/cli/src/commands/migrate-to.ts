import { type Flags, migrateTo, readConfig } from '@guardbee/server';
import type { Io } from '../io.ts';
import { whyNotMoved } from '../moving-io.ts';

export interface MigrateOptions {
  readonly target: string;
  readonly dataDir?: string;
  readonly databaseUrl?: string;
  readonly json?: boolean;
}

/** Moves everything to another database, and says what to do next. */
export async function migrate({ target, json, ...flags }: MigrateOptions, io: Io): Promise<void> {
  const config = readConfig(io.env, flags satisfies Flags);
  const { rows, resumed } = await migrateTo(config, target, (what, count) =>
    io.progress(`${what.replaceAll('_', ' ')}: ${count} …`),
  )
    .catch((error: unknown) => {
      throw whyNotMoved(error);
    })
    .finally(() => io.progress(undefined));
  if (json) {
    io.out(JSON.stringify({ rows, resumed }));
    return;
  }
  io.out(
    resumed
      ? 'The move that had been cut off is ended now.'
      : `Moved ${rows.users} users, ${rows.tokens} tokens and ${rows.audit_events} audit events; each row was read back.`,
  );
  io.out('Start the service on the new database now (GUARDBEE_DATABASE_URL), with the same digest keys.');
  io.out('The old one is kept, and no service starts on it any more.');
}
