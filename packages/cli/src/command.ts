import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { CommandError, EXIT } from './exit-codes.ts';
import { terminalIo } from './io.ts';
import { buildProgram, exitCodeOf } from './program.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const io = terminalIo();

try {
  await buildProgram(io, version).parseAsync(process.argv);
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return exitCodeOf(error);
  if (error instanceof CommandError) {
    io.err(`guardbee: ${error.message}`);
    if (error.hint !== undefined) io.err(`Try: ${error.hint}`);
    return error.exitCode;
  }
  if (error instanceof Error && error.name === 'ConfigError') {
    io.err(`guardbee: ${error.message}`);
    return EXIT.configuration;
  }
  if (error instanceof Error && error.name === 'ExitPromptError') return EXIT.interrupted;
  io.err(`guardbee: ${error instanceof Error ? error.message : String(error)}`);
  return EXIT.failed;
}
