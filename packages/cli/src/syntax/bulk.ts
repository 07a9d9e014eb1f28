import type { Command } from 'commander';
import type { Io } from '../io.ts';
import { JSON_OPTION, wholeNumber } from './options.ts';

const IMPORT_HELP = `
One JSON object a line:
  {"email": "jane@example.com", "password_hash": "$2b$12$…"}
Keys: email, and password_hash (Argon2, bcrypt, scrypt or PBKDF2) or password; created, expiry,
admin, disabled and groups may be there. Accounts that exist are left as they are.

Example:
  guardbee users import accounts.ndjson --offline --data-dir /var/lib/guardbee`;

/** Accounts by the file: `users import`, `users export`. */
export function addImportAndExport(users: Command, io: Io): void {
  users
    .command('import <file>')
    .summary('take over accounts from elsewhere, with the hashes of their passwords')
    .description('Take over accounts from elsewhere, with the hashes of their passwords.')
    .option('--offline', 'work on the data directory of this machine; the only way for now')
    .option('--data-dir <folder>', 'which one (GUARDBEE_DATA_DIR)')
    .option('--dry-run', 'only say what would be done')
    .addOption(JSON_OPTION)
    .addHelpText('after', IMPORT_HELP)
    .action(async (file, options) =>
      (await import('../commands/users-import.ts')).importUsers({ ...options, file }, io),
    );
  users
    .command('export')
    .summary('print all accounts, one JSON object a line')
    .description('Print all accounts, one JSON object a line.')
    .option('--offline', 'work on the data directory of this machine; the only way for now')
    .option('--data-dir <folder>', 'which one (GUARDBEE_DATA_DIR)')
    .option('--with-hashes', 'and the hashes of their passwords, as an import needs them: keep them secret')
    // It is JSON anyway.
    .addOption(JSON_OPTION)
    .action(async (options) => (await import('../commands/users-export.ts')).exportUsers(options, io));
}

/** `hash calibrate`. */
export function addHash(program: Command, io: Io): void {
  const hash = program.command('hash').summary('choose what a password hash costs');
  hash
    .command('calibrate')
    .summary('measure Argon2id on this machine, and propose settings')
    .description(
      "Measure Argon2id on this machine, and propose settings that fit into a time. Never below OWASP's floor.",
    )
    .option('--target <ms>', 'how long one hash may take, in milliseconds', wholeNumber(10_000), 100)
    .addOption(JSON_OPTION)
    .action(async (options) => (await import('../commands/hash-calibrate.ts')).calibrate(options, io));
}
