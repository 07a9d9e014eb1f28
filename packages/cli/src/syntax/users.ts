import { Argument, type Command, Option } from 'commander';
import type { Io } from '../io.ts';
import { NEVER, parseExpiry } from '../times.ts';
import { addImportAndExport } from './bulk.ts';
import { FILE, groups, online, STDIN, withTimes } from './options.ts';

/** Accounts: `users …`. */
export function addUsers(program: Command, io: Io): void {
  const users = program
    .command('users')
    .summary('manage accounts')
    .description(
      'Manage accounts: at a service as an administrator, or with --offline on the data directory of this machine.',
    )
    .addHelpText(
      'after',
      "\nForgot the administrator's password? On the machine of the service:\n  guardbee users set-password admin@localhost --offline --data-dir ./guardbee-data",
    );
  const command = (usage: string, summary: string): Command =>
    withTimes(online(users.command(usage)))
      .summary(summary)
      .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
      .option('--offline', 'work on the data directory of this machine; no login needed')
      .option('--data-dir <folder>', 'with --offline: which one (GUARDBEE_DATA_DIR)');
  const load = () => import('../commands/users.ts');

  command('list', 'list all accounts').action(async (options) => (await load()).listUsers(options, io));
  command('show <email>', 'show one account').action(async (email, options) =>
    (await load()).showOneUser({ ...options, email }, io),
  );
  command('create <email>', 'create an account')
    .option(...STDIN)
    .option(...FILE)
    .addOption(
      new Option('--expiry <time>', 'when the account ends: an RFC 3339 time, or never')
        .argParser(parseExpiry)
        .default(NEVER, 'never'),
    )
    .option('--admin', 'make it an administrator')
    .action(async (email, options) => (await load()).createUser({ ...options, email }, io));
  command('delete <email>', 'delete an account and end its tokens').action(async (email, options) =>
    (await load()).deleteUser({ ...options, email }, io),
  );
  command('erase <email>', 'delete an account, and what is personal about it from the audit trail')
    .option('--yes', 'ask nothing')
    .action(async (email, options) => (await load()).eraseUser({ ...options, email }, io));
  command('unlock <email>', 'open an account that too many wrong passwords have closed').action(
    async (email, options) => (await load()).unlockUser({ ...options, email }, io),
  );
  command('set-password <email>', "set an account's password and end its other tokens")
    .option(...STDIN)
    .option(...FILE)
    .action(async (email, options) => (await load()).setPassword({ ...options, email }, io));
  command('set-expiry <email>', 'set when an account ends: an RFC 3339 time, or never')
    .addArgument(new Argument('<time>').argParser(parseExpiry))
    .action(async (email, expiry, options) => (await load()).setExpiry({ ...options, email, expiry }, io));
  command('disable <email>', 'close an account and end its tokens').action(async (email, options) =>
    (await load()).setDisabled({ ...options, email, disabled: true }, io),
  );
  command('enable <email>', 'open an account again that was disabled').action(async (email, options) =>
    (await load()).setDisabled({ ...options, email, disabled: false }, io),
  );
  command('set-role <email>', 'make somebody an administrator, or a user like others')
    .addArgument(new Argument('<role>').choices(['administrator', 'user']))
    .action(async (email, role, options) => (await load()).setRole({ ...options, email, role }, io));
  command('set-groups <email>', 'put an account into these groups, and no others')
    .addArgument(new Argument('[group...]').argParser(groups))
    .action(async (email, names = [], options) =>
      (await load()).setGroups({ ...options, email, groups: names }, io),
    );
  addImportAndExport(users, io);
}
