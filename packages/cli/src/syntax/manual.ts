import type { Described } from './describe.ts';
import { ENVIRONMENT, EXIT_CODES } from './help.ts';

/** The manual page of all commands, in roff with the macros of man(7). */
export function manualPage(commands: readonly Described[], version: string): string {
  const [program, ...others] = commands;
  return [
    `.TH GUARDBEE 1 "" ${quoted(`guardbee ${version}`)}`,
    '.SH NAME',
    'guardbee \\- self\\-hosted login and API tokens',
    '.SH SYNOPSIS',
    '.B guardbee',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    text(program?.description ?? ''),
    '.SH COMMANDS',
    ...others.filter(({ commands: children }) => children.length === 0).flatMap(section),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(([name, what]) => item(name, what)),
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([code, what]) => item(code, what)),
    '.SH FILES',
    ...item(
      '~/.config/guardbee/credentials.json',
      'who is logged in where; mode 0600, in a folder of mode 0700',
    ),
  ].join('\n');
}

function section({ path, places, description, options }: Described): string[] {
  return [
    `.SS ${quoted(['guardbee', ...path, ...places].join(' '))}`,
    text(description),
    ...options
      .filter(({ names }) => !names.includes('--help'))
      .flatMap((option) => item(option.flags, option.description)),
  ];
}

function item(name: string, what: string): string[] {
  return ['.TP', `.B ${quoted(name)}`, text(what)];
}

/** A line of text: no escape sequence and no request, whatever stands in it. */
function text(line: string): string {
  const plain = line
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/[^\x20-\x7e]/gu, characterName);
  return /^[.']/.test(plain) ? `\\&${plain}` : plain;
}

function quoted(word: string): string {
  return `"${text(word).replaceAll('"', '\\(dq')}"`;
}

/** Any other character than ASCII's by its number: what roff takes whatever the locale. */
function characterName(character: string): string {
  const number = character.codePointAt(0) ?? 0;
  return `\\[u${number.toString(16).toUpperCase().padStart(4, '0')}]`;
}
