import { type Command, Option } from 'commander';
import type { Io } from '../io.ts';
import { parseMoment } from '../times.ts';
import { online, wholeNumber, withTimes } from './options.ts';

const SINCE = ['--since <moment>', 'from then on: a time, or how long ago, like 12h'] as const;
const UNTIL = ['--until <moment>', 'before that'] as const;
const moment = (text: string): string => parseMoment(text);

/** The commands that explain afterwards what happened. All of them are for administrators. */
export function addAudit(program: Command, io: Io): void {
  const audit = program
    .command('audit')
    .summary('read and verify the audit trail')
    .description('Read the audit trail, as an administrator, and verify that nobody has changed it.');
  withTimes(online(audit.command('list')))
    .summary('list what was done, the latest first')
    .option('--user <email>', 'what was done about this user')
    .option('--actor <email>', 'what this user did')
    .option('--event <name>', 'only these, like login.failed')
    .option('--request <id>', 'what this request did')
    .option(...SINCE, moment)
    .option(...UNTIL, moment)
    .option('--limit <number>', 'at most so many', wholeNumber(100_000), 50)
    .addHelpText('after', '\nExample:\n  guardbee audit list --event login.failed --since 1h')
    .action(async (options) => (await import('../commands/audit-list.ts')).listAuditEvents(options, io));
  atSource(audit.command('export'))
    .summary('write the whole trail, the oldest first')
    .description(
      'Write the whole trail, the oldest first. NDJSON can be verified later and elsewhere; CSV is for spreadsheets.',
    )
    .addOption(new Option('--format <format>', 'how').choices(['ndjson', 'csv']).default('ndjson'))
    .option('--output <file>', 'into this file, which is there in whole or not at all')
    .action(async (options) => (await import('../commands/audit-export.ts')).exportAudit(options, io));
  atSource(audit.command('verify [file]'))
    .summary('recompute the trail and name the event that is at fault')
    .description(
      'Recompute the trail, of a service, of the data directory of this machine, or of an exported file, from its first event to its signed end. Exit code 1 when it is not whole.',
    )
    .option('--public-key <file...>', 'the keys that signatures must be of (guardbee audit key)')
    .option('--earlier <file>', 'an export from before: the trail must have come at least as far')
    .action(async (file, options) =>
      (await import('../commands/audit-verify.ts')).verifyAudit({ ...options, file }, io),
    );
  atSource(audit.command('key'))
    .summary('print the public keys that the trail is signed with')
    .action(async (options) => (await import('../commands/audit-key.ts')).showAuditKeys(options, io));

  withTimes(online(program.command('activities')))
    .summary('show what requests were for, over time')
    .option(
      '--since <moment>',
      'from then on: a time, or how long ago, like 12h (default: the last day)',
      moment,
    )
    .option(...UNTIL, moment)
    .addOption(
      new Option('--step <duration>', 'one row for so long')
        .choices(['1m', '5m', '15m', '1h', '6h', '1d'])
        .default('1h'),
    )
    .option('--activity <name>', 'this one only')
    .action(async (options) => (await import('../commands/activities.ts')).showActivityCounts(options, io));
  withTimes(online(program.command('trace <request-id>')))
    .summary('show everything that is known of a request')
    .action(async (id, options) => (await import('../commands/trace.ts')).trace({ ...options, id }, io));
}

function atSource(command: Command): Command {
  return online(command)
    .option('--offline', 'work on the data directory of this machine; no login needed')
    .option('--data-dir <folder>', 'with --offline: which one (GUARDBEE_DATA_DIR)');
}
