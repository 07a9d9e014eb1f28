import type { Command } from 'commander';
import type { Io } from '../io.ts';
import { FILE, JSON_OPTION, online, STDIN, withTimes } from './options.ts';

/** Logging in and out, and where. */
export function addSession(program: Command, io: Io): void {
  online(program.command('login [email]'))
    .summary('log in and keep the token')
    .description(
      'Log in and keep the token for the commands that follow, in place of an earlier one of the same account, which is ended. At a terminal, what is missing is asked for.',
    )
    .option(...STDIN)
    .option(...FILE)
    .addHelpText('after', '\nExample:\n  guardbee login jane@example.com -e https://login.example.com')
    .action(async (email, options) =>
      (await import('../commands/login.ts')).login({ ...options, email }, io),
    );

  online(program.command('logout'))
    .summary('end the token and forget it')
    .option('--all', 'all sessions kept here, or with --endpoint all of them there')
    .action(async (options) => (await import('../commands/logout.ts')).logout(options, io));

  withTimes(online(program.command('whoami')))
    .summary('show who you are')
    .action(async (options) => (await import('../commands/whoami.ts')).whoami(options, io));

  online(program.command('token'))
    .summary('print the token, for other programs')
    .description(
      'Print the token of this session, for other programs: never as an argument of theirs that stays.',
    )
    .option('--header', 'the whole header: Authorization: giantswarm …')
    .addHelpText('after', '\nExample:\n  guardbee token --header | curl -H @- http://127.0.0.1:8420/v4/user/')
    .action(async (options) => (await import('../commands/token.ts')).printToken(options, io));

  addEndpoints(program, io);

  online(program.command('ping'))
    .summary('ask whether the service answers')
    .action(async (options) => (await import('../commands/ping.ts')).ping(options, io));
  online(program.command('info'))
    .summary('show what the installation says of itself')
    .action(async (options) => (await import('../commands/info.ts')).showInfo(options, io));
}

function addEndpoints(program: Command, io: Io): void {
  const endpoints = program
    .command('endpoints')
    .summary('manage the services known here')
    .description(
      'Manage the services known here. Each has an alias once you have logged in: the installation’s name.',
    );
  const load = () => import('../commands/endpoints.ts');
  endpoints
    .command('list')
    .summary('list them; * is the one in use')
    .addOption(JSON_OPTION)
    .action(async (options) => (await load()).listEndpoints(options, io));
  endpoints
    .command('select <endpoint>')
    .summary('use this one from now on')
    .option('-a, --account <email>', 'and there this account')
    .addOption(JSON_OPTION)
    .action(async (endpoint, options) => (await load()).selectEndpoint({ ...options, endpoint }, io));
  endpoints
    .command('remove <endpoint>')
    .summary('forget this one; its sessions have to be ended before')
    .option('--force', 'also with sessions, which then live on at the service')
    .addOption(JSON_OPTION)
    .action(async (endpoint, options) => (await load()).removeEndpoint({ ...options, endpoint }, io));
  endpoints
    .command('import [file]')
    .summary("take over gsctl's endpoints and sessions")
    .description(
      "Take over gsctl's endpoints and sessions, by default from ~/.config/gsctl/config.yaml. Nothing that is known here is changed.",
    )
    .addOption(JSON_OPTION)
    .action(async (file, options) =>
      (await import('../commands/endpoints-import.ts')).importEndpoints({ ...options, file }, io),
    );
}
