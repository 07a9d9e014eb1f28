import { Argument, type Command } from 'commander';
import type { Io } from '../io.ts';
import { completionScript, SHELLS } from './completion.ts';
import { describeAll } from './describe.ts';
import { manualPage } from './manual.ts';
import { JSON_OPTION, online } from './options.ts';

/** What helps whoever runs a service, or this command. */
export function addService(program: Command, io: Io, version: string): void {
  const print = (text: string, { json }: { json?: boolean }) =>
    io.out(json ? JSON.stringify({ text }) : text);
  online(program.command('doctor'))
    .summary('find what is wrong with a deployment, and say how to mend it')
    .description(
      'Look at a service from outside, or with --offline at its data directory: find what is wrong and say how to mend it. Nothing is changed. Exit code 1 when something is wrong.',
    )
    .option('--offline', 'look at the data directory of this machine; no login needed')
    .option('--data-dir <folder>', 'with --offline: which one (GUARDBEE_DATA_DIR)')
    .action(async (options) => (await import('../commands/doctor.ts')).doctor({ ...options, version }, io));
  online(program.command('open'))
    .summary('open the console in a browser')
    .option('--print', 'only print its address')
    .action(async (options) => (await import('../commands/open.ts')).openConsole(options, io));
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .summary("print a shell's completion script")
    .addHelpText('after', '\nExample:\n  source <(guardbee completion bash)')
    .addOption(JSON_OPTION)
    .action((shell, options) => print(completionScript(shell, describeAll(program)), options));
  program
    .command('man')
    .summary('print the manual page')
    .addHelpText('after', '\nExample:\n  guardbee man | man -l -')
    .addOption(JSON_OPTION)
    .action((options) => print(manualPage(describeAll(program), version), options));
}
