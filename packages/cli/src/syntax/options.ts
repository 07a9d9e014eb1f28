import { type Command, InvalidArgumentError, Option } from 'commander';

/** Options that several commands have. */

export const STDIN = ['--password-stdin', 'read the password from standard input'] as const;
export const FILE = ['--password-file <file>', 'read the password from a file'] as const;
export const JSON_OPTION = new Option('--json', 'print JSON, for scripts');

/** For a command that talks to a service. */
export function online(command: Command): Command {
  return command
    .option('-e, --endpoint <url>', 'the service to talk to, by address or alias (GUARDBEE_ENDPOINT)')
    .option('-a, --account <email>', 'as whom, where several are logged in')
    .addOption(JSON_OPTION);
}

/** For a command that shows times. */
export function withTimes(command: Command): Command {
  return command.option('--exact', 'show times as they are, not how long ago');
}

/** Commander's reader for a scope that may be given several times (RFC 6749 appendix A.4). */
export function scopes(text: string, before: readonly string[] = []): string[] {
  if (!/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(text))
    throw new InvalidArgumentError(
      'A scope has up to 100 letters, digits and marks of ASCII: no space, quotation mark or backslash.',
    );
  return [...before, text];
}

/** Commander's reader for one of an account's groups. */
export function groups(text: string, before: readonly string[] = []): string[] {
  if (!/^(?!system:)[^\p{C}\p{Z},]([^\p{C},]{0,98}[^\p{C}\p{Z},])?$/u.test(text))
    throw new InvalidArgumentError(
      'A group has 1 to 100 characters, no comma, no space at its ends, and does not begin with system:.',
    );
  return [...before, text];
}

/** Commander's reader for a whole number. */
export function wholeNumber(most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (value < 1 || value > most) throw new InvalidArgumentError(`It is a number from 1 to ${most}.`);
    return value;
  };
}
