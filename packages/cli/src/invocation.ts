import type { Argument, Command, Option } from 'commander';

/** What a command says of itself to the service. */
export interface Invocation {
  /** `X-Giant-Swarm-CmdLine`. */
  readonly commandLine: string;
  readonly userAgent: string;
}

/**
 * The command line without anything that could be a secret: not what was typed with holes in it, but built from the
 * command's own definition. Of what was typed only values stand there that were checked while they were read (choices,
 * numbers, times); somebody may have pasted a token anywhere else.
 */
export function invocationOf(command: Command, version: string): Invocation {
  const given = command.options.filter(
    (option) => command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  const words = [
    ...namesOf(command),
    ...command.registeredArguments.slice(0, command.args.length).map(placeOf),
    ...given.map((option) => optionText(option, command.getOptionValue(option.attributeName()))),
  ];
  return { commandLine: words.join(' '), userAgent: `guardbee/${version}` };
}

/** `['guardbee', 'users', 'show']` */
export function namesOf(command: Command): string[] {
  const above = command.parent === null ? [] : namesOf(command.parent);
  return [...above, command.name()];
}

function placeOf(argument: Argument): string {
  return `<${argument.name()}${argument.variadic ? '...' : ''}>`;
}

function optionText(option: Option, value: unknown): string {
  const name = option.long ?? option.short ?? '';
  const [place] = /<[^>]+>|\[[^\]]+\]/.exec(option.flags) ?? [];
  if (place === undefined) return name;
  const isChecked = option.parseArg !== undefined && !option.variadic;
  return `${name} ${isChecked ? String(value) : place}`;
}
