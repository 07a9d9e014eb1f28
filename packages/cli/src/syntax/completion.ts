import type { Described } from './describe.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A shell's completion script for all commands. It asks nobody: neither the service nor this command. */
export function completionScript(shell: Shell, commands: readonly Described[]): string {
  return SCRIPTS[shell](commands);
}

const SCRIPTS: Readonly<Record<Shell, (commands: readonly Described[]) => string>> = { bash, zsh, fish };

const at = ({ path }: Described): string => path.join(' ');
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const double = (text: string): string => `"${text}"`;

/** Which words lead deeper: the paths of all commands but the program itself. */
const pathsOf = (commands: readonly Described[]): string[] => commands.map(at).filter((path) => path !== '');

function bash(commands: readonly Described[]): string {
  const values = commands.flatMap((command) =>
    command.options
      .filter(({ takesValue }) => takesValue)
      .map(({ names, choices }) => {
        const patterns = names.map((name) => double(`${at(command)}|${name}`)).join('|');
        return `    ${patterns}) COMPREPLY=($(compgen -W ${quote(choices.join(' '))} -- "$cur")); return ;;`;
      }),
  );
  const words = commands.map((command) => {
    const all = [
      ...command.commands.map(({ name }) => name),
      ...command.options.flatMap(({ names }) => names),
    ];
    return `    ${double(at(command))}) words=${quote(all.join(' '))} ;;`;
  });
  return `# bash completion for guardbee; for good: guardbee completion bash > ~/.local/share/bash-completion/completions/guardbee
_guardbee() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at='' words='' word next i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    next=\${at:+$at }$word
    case "$next" in
      ${pathsOf(commands).map(double).join('|')}) at=$next ;;
    esac
  done
  case "$at|$prev" in
${values.join('\n')}
  esac
  case "$at" in
${words.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
# Where nothing of ours fits, bash completes files.
complete -o default -F _guardbee guardbee`;
}

function zsh(commands: readonly Described[]): string {
  const item = (name: string, what: string): string => quote(`${name.replaceAll(':', '\\:')}:${what}`);
  const values = commands.flatMap((command) =>
    command.options
      .filter(({ takesValue }) => takesValue)
      .map(({ names, choices, isPath }) => {
        const patterns = names.map((name) => double(`${at(command)}|${name}`)).join('|');
        const add = choices.length > 0 ? `compadd -- ${choices.join(' ')}` : isPath ? '_files' : ':';
        return `    ${patterns}) ${add}; return ;;`;
      }),
  );
  const items = commands.map((command) => {
    const words = command.commands.map(({ name, summary }) => item(name, summary));
    const flags = command.options.flatMap(({ names, description }) =>
      names.map((name) => item(name, description)),
    );
    return `    ${double(at(command))}) names=(${words.join(' ')}) flags=(${flags.join(' ')}) ;;`;
  });
  return `#compdef guardbee
# zsh completion for guardbee; for good: guardbee completion zsh > a folder of $fpath/_guardbee
_guardbee() {
  local at='' word next i
  local -a names flags
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    next=\${at:+$at }$word
    case "$next" in
      ${pathsOf(commands).map(double).join('|')}) at=$next ;;
    esac
  done
  case "$at|$words[CURRENT-1]" in
${values.join('\n')}
  esac
  case "$at" in
${items.join('\n')}
  esac
  _describe command names
  _describe -o option flags
  _files
}
compdef _guardbee guardbee`;
}

function fish(commands: readonly Described[]): string {
  const lines = commands.flatMap((command) => {
    const here = `complete -c guardbee -n ${quote(`__guardbee_at ${double(at(command))}`)}`;
    return [
      ...command.commands.map(({ name, summary }) => `${here} -f -a ${name} -d ${quote(summary)}`),
      ...command.options.map(({ names, description, takesValue, choices, isPath }) => {
        const flags = names.map((name) =>
          name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
        );
        const value = takesValue ? ` -r${isPath ? ' -F' : ' -f'}` : '';
        const words = choices.length === 0 ? '' : ` -a ${quote(choices.join(' '))}`;
        return `${here} ${flags.join(' ')}${value}${words} -d ${quote(description)}`;
      }),
    ];
  });
  return `# fish completion for guardbee; for good: guardbee completion fish > ~/.config/fish/completions/guardbee.fish
function __guardbee_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    set -l next (string trim -- "$at $word")
    contains -- $next ${pathsOf(commands).map(quote).join(' ')}; and set at $next
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}`;
}
