import { destination, type Logger, pino } from 'pino';
import type { LogLevel } from './config.ts';
import { prettyLine } from './log-line.ts';
import { TOKEN_PATTERN } from './tokens/token-string.ts';

const TOKENS = new RegExp(TOKEN_PATTERN, 'g');

/**
 * One JSON object a line on stderr. Written without blocking; when the sink hangs, lines beyond `maxLength` bytes are
 * dropped rather than letting the service hang or grow with it. A token string that got into a message by mistake is
 * struck out. For a person at a terminal the lines are made easier to read.
 */
export function createLogger(level: LogLevel, { pretty = process.stderr.isTTY === true } = {}): Logger {
  const sink = destination({ dest: 2, sync: false, maxLength: 4 * 1024 * 1024 });
  // A closed pipe must not end the service.
  sink.on('error', () => {});
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: {
        streamWrite: (line) => (pretty ? prettyLine(redact(line)) : redact(line)),
      },
    },
    sink,
  );
}

function redact(line: string): string {
  return line.includes('guardbee_') ? line.replace(TOKENS, 'guardbee_[redacted]') : line;
}
