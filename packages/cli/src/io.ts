import { readFileSync } from 'node:fs';
import { CommandError, EXIT } from './exit-codes.ts';

/** What a command reads from and writes to: the only place that knows the terminal. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results: what a script would read. */
  out(text: string): void;
  /** Everything said to a person beside the result. */
  err(text: string): void;
  /** A secret, typed without echo. Throws `CommandError` where nobody can be asked. */
  askSecret(message: string): Promise<string>;
  /** Standard input as text, without the last line break. */
  readStdin(): Promise<string>;
  readonly interactive: boolean;
}

export function terminalIo(): Io {
  // Somebody who stops reading (`| head`) must not end a service, nor be shown a stack trace.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const interactive = process.stdin.isTTY === true && process.stderr.isTTY === true;
  return {
    env: process.env,
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    interactive,
    async askSecret(message) {
      if (!interactive) {
        throw new CommandError(EXIT.usage, 'There is no terminal to ask for the password.', {
          hint: 'Use --password-stdin or --password-file.',
        });
      }
      const { default: password } = await import('@inquirer/password');
      // Questions go to stderr, so that stdout is the result alone.
      return password({ message }, { output: process.stderr });
    },
    async readStdin() {
      let text = '';
      process.stdin.setEncoding('utf8');
      for await (const chunk of process.stdin) text += chunk;
      return withoutLineBreak(text);
    },
  };
}

export function readSecretFile(file: string): string {
  try {
    return withoutLineBreak(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CommandError(EXIT.failed, `Cannot read ${file}: ${(error as Error).message}`);
  }
}

function withoutLineBreak(text: string): string {
  return text.replace(/\r?\n$/, '');
}
