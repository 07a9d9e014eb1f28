import { CommandError, EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { visibleOutput } from './visible.ts';

/** A terminal, or none, that remembers what was said; answers stand in for a person. */
export interface FakeIo extends Io {
  readonly stdout: string;
  readonly stderr: string;
  readonly asked: string[];
}

export function fakeIo({
  env = {},
  answers,
  stdin = '',
}: {
  env?: Record<string, string>;
  answers?: string[];
  stdin?: string;
} = {}): FakeIo {
  const said = { stdout: '', stderr: '', asked: [] as string[] };
  const answer = async (message: string): Promise<string> => {
    said.asked.push(message);
    const next = answers?.shift();
    if (next === undefined) throw new CommandError(EXIT.usage, 'There is no terminal to ask.');
    return next;
  };
  return {
    env,
    interactive: answers !== undefined,
    asked: said.asked,
    get stdout() {
      return said.stdout;
    },
    get stderr() {
      return said.stderr;
    },
    out(text) {
      said.stdout += `${visibleOutput(text)}\n`;
    },
    err(text) {
      said.stderr += `${visibleOutput(text)}\n`;
    },
    async pour(chunks) {
      const decoder = new TextDecoder();
      for await (const chunk of chunks) said.stdout += decoder.decode(chunk, { stream: true });
    },
    progress() {},
    paint: (_colour, text) => text,
    ask: (message) => answer(message),
    askSecret: answer,
    readStdin: async () => stdin,
  };
}

/** Runs a command to its end: its exit code, and the sentence it failed with behind what it said on stderr. */
export async function finish(
  io: FakeIo,
  work: Promise<void>,
): Promise<{ code: number; out: string; err: string }> {
  try {
    await work;
    return { code: EXIT.done, out: io.stdout, err: io.stderr };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const hint = error.hint === undefined ? '' : `Try: ${error.hint}\n`;
    return { code: error.exitCode, out: io.stdout, err: `${io.stderr}guardbee: ${error.message}\n${hint}` };
  }
}
