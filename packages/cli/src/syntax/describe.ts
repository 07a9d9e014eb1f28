import type { Command, Option } from 'commander';
import { namesOf } from '../invocation.ts';

/** A command as completion and manual need it: read from the definitions themselves, so that they can't say otherwise. */
export interface Described {
  /** Without the program's own name: `['audit', 'list']`; empty: the program. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly description: string;
  /** `<email>`, `[file]` */
  readonly places: readonly string[];
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly DescribedOption[];
}

interface DescribedOption {
  readonly flags: string;
  readonly names: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
  /** Its value is a file or folder. */
  readonly isPath: boolean;
}

/** Every command there is, the program first. */
export function describeAll(command: Command): Described[] {
  const summary = command.summary() || command.description();
  const [, ...path] = namesOf(command);
  const described: Described = {
    path,
    summary,
    description: command.description() || `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    places: command.registeredArguments.map((argument) => {
      const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
      return argument.required ? `<${name}>` : `[${name}]`;
    }),
    commands: command.commands.map((child) => ({
      name: child.name(),
      summary: child.summary() || child.description(),
    })),
    options: [...command.options.map(describeOption), HELP_OPTION],
  };
  return [described, ...command.commands.flatMap(describeAll)];
}

const HELP_OPTION: DescribedOption = {
  flags: '-h, --help',
  names: ['-h', '--help'],
  description: 'show what there is',
  takesValue: false,
  choices: [],
  isPath: false,
};

function describeOption(option: Option): DescribedOption {
  const { flags, description, short, long, argChoices: choices = [] } = option;
  return {
    flags,
    names: [short, long].filter((name) => name !== undefined),
    description: choices.length === 0 ? description : `${description}: ${choices.join(', ')}`,
    takesValue: option.required || option.optional,
    choices,
    isPath: /<(?:file|folder)/.test(flags),
  };
}
