import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { styleText } from 'node:util';
import { CommandError, EXIT } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';
import { visibleOutput } from './visible.ts';
import { wholeOutput } from './whole-output.ts';

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

/** What a command reads from and writes to: the only place that knows the terminal. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What was called, once the command line has been read. */
  invocation?: Invocation;
  /** Results: what a script would read. */
  out(text: string): void;
  /** Everything said to a person beside the result. */
  err(text: string): void;
  /** A result of any length, byte for byte where it does not go to a terminal. */
  pour(chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** How far long work has come, in one line that the next one replaces; only for a person. Undefined: done. */
  progress(text: string | undefined): void;
  /** The text in colour, where the result goes to a terminal that is not asked to be without (`NO_COLOR`). */
  paint(colour: Colour, text: string): string;
  /** A line, typed. Throws `CommandError` where nobody can be asked, with `what` is missing and what helps instead. */
  ask(message: string, missing: { what: string; hint: string }): Promise<string>;
  /** A secret, typed without echo. Throws `CommandError` where nobody can be asked. */
  askSecret(message: string): Promise<string>;
  /** Standard input as text, without the last line break. */
  readStdin(): Promise<string>;
  readonly interactive: boolean;
}

export function terminalIo(): Io {
  const [results, remarks] = [wholeOutput(process.stdout), wholeOutput(process.stderr)];
  const err = (text: string): void => void remarks.write(`${visibleOutput(text)}\n`);
  let unwritten: unknown;
  for (const stream of [results, remarks]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (stream === results) unwritten = error;
      // Somebody who stops reading (`| head`) has seen enough. Whatever it is, it must not end a service.
      if (error.code === 'EPIPE') return;
      process.exitCode ||= EXIT.failed;
      if (stream === results) err(`guardbee: Cannot write to standard output: ${error.message}`);
    });
  }
  const interactive = process.stdin.isTTY === true && process.stderr.isTTY === true;
  const askable = (what: string, hint: string): void => {
    if (interactive) return;
    throw new CommandError(EXIT.usage, `There is no terminal to ask for the ${what}.`, { hint });
  };
  return {
    env: process.env,
    out: (text) => void results.write(`${visibleOutput(text)}\n`),
    err,
    interactive,
    async pour(chunks) {
      const shown = process.stdout.isTTY === true ? visibleChunks(chunks) : chunks;
      await pipeline(Readable.from(shown), results, { end: false }).catch((error) => {
        // That has been dealt with.
        if (error !== unwritten) throw error;
      });
    },
    progress(text) {
      if (process.stderr.isTTY === true) process.stderr.write(`\r\x1b[K${visibleOutput(text ?? '')}`);
    },
    paint: (colour, text) => styleText(colour, text, { stream: process.stdout }),
    async ask(message, { what, hint }) {
      askable(what, hint);
      // Questions go to stderr, so that stdout is the result alone.
      const { createInterface } = await import('node:readline/promises');
      const terminal = createInterface({ input: process.stdin, output: process.stderr });
      const gone = new Promise<never>((_resolve, reject) => {
        terminal.on('close', () => reject(new CommandError(EXIT.interrupted, 'Interrupted.')));
      });
      try {
        return (await Promise.race([terminal.question(`${message}: `), gone])).trim();
      } finally {
        terminal.close();
      }
    },
    async askSecret(message) {
      askable('password', 'Use --password-stdin or --password-file.');
      const { default: password } = await import('@inquirer/password');
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

async function* visibleChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of chunks) yield visibleOutput(decoder.decode(chunk, { stream: true }));
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
