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
}
