import { destination, type Logger, pino } from 'pino';
import { redactTokens } from './http/redact.ts';
import { prettyLine } from './log-line.ts';
import type { LogLevel } from './settings.ts';

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
        streamWrite: (line) => (pretty ? prettyLine(redactTokens(line)) : redactTokens(line)),
      },
    },
    sink,
  );
}
