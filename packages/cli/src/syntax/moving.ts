import type { Command } from 'commander';
import type { Io } from '../io.ts';
import { JSON_OPTION } from './options.ts';

const DATA_DIR = ['--data-dir <folder>', 'which one (GUARDBEE_DATA_DIR)'] as const;

/** Saving the database, and putting it somewhere else. All of them work at the machine of the service. */
export function addMoving(program: Command, io: Io): void {
  program
    .command('backup <file>')
    .summary('save the database into one file, while the service goes on')
    .description(
      'Save the database of this machine into one file, while the service goes on. The file is whole and of one moment, and has been looked through, or it is not there. The keys are not in it.',
    )
    .option(...DATA_DIR)
    .option('--force', 'replace the file if it is there')
    .addOption(JSON_OPTION)
    .addHelpText('after', '\nExample:\n  guardbee backup /backups/guardbee.db --data-dir /var/lib/guardbee')
    .action(async (file, options) =>
      (await import('../commands/backup.ts')).saveBackup({ ...options, file }, io),
    );
  program
    .command('restore <file>')
    .summary('put a backup in the place of the database')
    .description(
      'Put a backup in the place of the database of this machine, which is kept beside it. The service must be stopped. A backup that is older than its anchor needs a decision: see docs/backup-and-restore.md.',
    )
    .option(...DATA_DIR)
    .option('--after-restore <choice>', 'decide at once: revoke-all or replay')
    .addOption(JSON_OPTION)
    .action(async (file, options) =>
      (await import('../commands/restore.ts')).restore({ ...options, file }, io),
    );
  program
    .command('migrate-to <database-url>')
    .summary('move everything to another database: SQLite to PostgreSQL, or back')
    .description(
      'Move everything to another database, an empty one: SQLite to PostgreSQL, or back. Tokens keep working. Services may run meanwhile: they verify, and refuse writes; start them anew on the new database afterwards. See docs/moving-to-postgresql.md.',
    )
    .option('--data-dir <folder>', 'of the service whose database it is (GUARDBEE_DATA_DIR)')
    .option('--database-url <url>', 'the database to leave (GUARDBEE_DATABASE_URL)')
    .addOption(JSON_OPTION)
    .addHelpText(
      'after',
      '\nExample:\n  PGPASSFILE=/run/secrets/pgpass guardbee migrate-to postgres://guardbee@db.example.com/guardbee',
    )
    .action(async (target, options) =>
      (await import('../commands/migrate-to.ts')).migrate({ ...options, target }, io),
    );
  const keys = program.command('keys').summary('rotate the digest keys');
  keys
    .command('retire <key-id>')
    .summary('end the tokens made with an older digest key, so that it can be taken away')
    .description(
      'End the tokens made with an older digest key, so that it can be taken away. The service may run. See docs/backup-and-restore.md.',
    )
    .option(...DATA_DIR)
    .addOption(JSON_OPTION)
    .action(async (keyId, options) =>
      (await import('../commands/keys-retire.ts')).retireKey({ ...options, keyId }, io),
    );
}
