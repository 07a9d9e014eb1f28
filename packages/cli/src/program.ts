import { Command, type CommanderError } from 'commander';
import { EXIT } from './exit-codes.ts';
import { invocationOf } from './invocation.ts';
import type { Io } from './io.ts';
import { addAudit } from './syntax/audit.ts';
import { addHash } from './syntax/bulk.ts';
import { HELP } from './syntax/help.ts';
import { addMoving } from './syntax/moving.ts';
import { FILE, JSON_OPTION, online, STDIN, scopes, withTimes } from './syntax/options.ts';
import { addServe } from './syntax/serve.ts';
import { addService } from './syntax/service.ts';
import { addSession } from './syntax/session.ts';
import { addUsers } from './syntax/users.ts';
import { parseExpiry } from './times.ts';

/**
 * The command line: names, options and help of every command. What a command does stands in `commands/`, loaded when it
 * is called, so that `guardbee whoami` does not wait for the whole service to be read.
 */
export function buildProgram(io: Io, version: string): Command {
  const program = new Command('guardbee')
    .description('Log in with e-mail and password, get a token that every service can verify.')
    .version(version, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd()),
    })
    .showHelpAfterError('(guardbee --help, or --help behind a command, shows what there is)')
    .addHelpText('after', HELP)
    .hook('preAction', (_program, command) => {
      io.invocation = invocationOf(command, version);
    });

  addServe(program, io);
  addSession(program, io);
  addTokens(program, io);
  addUsers(program, io);
  addAudit(program, io);
  addPolicy(program, io);
  addHash(program, io);
  addMoving(program, io);
  addService(program, io, version);

  program
    .command('version')
    .summary('show the version')
    .addOption(JSON_OPTION)
    .action((options) =>
      io.out(options.json ? JSON.stringify({ version, node: process.versions.node }) : version),
    );
  return program;
}

function addTokens(program: Command, io: Io): void {
  const tokens = program
    .command('tokens')
    .summary('manage tokens')
    .description('List, make and end tokens. A token is named by its id, which is no secret.');
  const load = () => import('./commands/tokens.ts');

  withTimes(online(tokens.command('list')))
    .summary('list living tokens; * is the one of this session')
    .option('--user <email>', "somebody else's, as an administrator")
    .action(async (options) => (await load()).listTokens(options, io));
  online(tokens.command('create <email>'))
    .summary('make a token for a script or a service; it is shown once')
    .option('--name <name>', 'what it is for')
    .option('--expiry <time>', 'when it ends: an RFC 3339 time, or never', parseExpiry)
    .option('--scope <scope...>', 'what it may do; without it, everything the user may', scopes)
    .option(...STDIN)
    .option(...FILE)
    .action(async (email, options) => (await load()).createToken({ ...options, email }, io));
  withTimes(online(tokens.command('show <id>')))
    .summary('show one token')
    .action(async (id, options) => (await load()).showToken({ ...options, id }, io));
  withTimes(online(tokens.command('why <id>')))
    .summary('say why a token is not accepted any more')
    .action(async (id, options) => (await load()).whyToken({ ...options, id }, io));
  online(tokens.command('revoke [id...]'))
    .summary('end tokens')
    .option('--all-others', 'all of yours but the one of this session')
    .option('--user <email>', "all of somebody else's, as an administrator")
    .action(async (ids, options) => (await load()).revokeTokens({ ...options, ids }, io));
}

function addPolicy(program: Command, io: Io): void {
  const policy = program.command('policy').summary('try a stricter policy before it is set');
  policy
    .command('plan')
    .summary('show which living tokens a policy would end')
    .description(
      'Show which living tokens a policy would end, before it does. Works on the data directory of this machine and changes nothing.',
    )
    .option('--max-age <duration>', 'like GUARDBEE_TOKEN_MAX_AGE, e.g. 30d')
    .option('--idle-timeout <duration>', 'like GUARDBEE_TOKEN_IDLE_TIMEOUT, e.g. 12h')
    .option('--tokens-per-user <number>', 'like GUARDBEE_TOKENS_PER_USER; the oldest beyond it would go')
    .option('--data-dir <folder>', 'which one (GUARDBEE_DATA_DIR)')
    .addOption(JSON_OPTION)
    .action(async (options) => (await import('./commands/policy-plan.ts')).planPolicy(options, io));
}

/** Commander's own complaints are about usage; its help and version are no errors. */
export function exitCodeOf(error: CommanderError): number {
  return error.exitCode === 0 ? EXIT.done : EXIT.usage;
}
