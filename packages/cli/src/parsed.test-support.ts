import { fakeIo } from './fake-io.test-support.ts';
import { buildProgram, exitCodeOf } from './program.ts';

/** How a command line is understood, without anything being done. */
export interface Parsed {
  readonly command: string;
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
  /** What the service would be told. */
  readonly commandLine: string | undefined;
}

const UNDERSTOOD = new Error('understood');

/** The exit code and the complaint when it is not understood. */
export async function parse(words: readonly string[]): Promise<Parsed | { code: number; complaint: string }> {
  const io = fakeIo();
  let parsed: Parsed | undefined;
  const program = buildProgram(io, '1.2.3').hook('preAction', (_program, command) => {
    const names: string[] = [];
    for (let at = command; at.parent !== null; at = at.parent) names.unshift(at.name());
    parsed = {
      command: names.join(' '),
      args: command.processedArgs,
      options: command.opts(),
      commandLine: io.invocation?.commandLine,
    };
    throw UNDERSTOOD;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (error !== UNDERSTOOD) return { code: exitCodeOf(error as never), complaint: io.stderr };
  }
  if (parsed === undefined) throw new Error('The command line led nowhere');
  return parsed;
}
