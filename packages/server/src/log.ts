import { constants, fstatSync, openSync } from 'node:fs';
import { destination, type Logger, pino } from 'pino';
import { redactTokens } from './http/redact.ts';
import { prettyLine } from './log-line.ts';
import type { LogLevel } from './settings.ts';

/** A reader that takes nothing for so long at the end gets no more. */
const LAST_LINES_MS = 1_000;

export interface Log {
  readonly logger: Logger;
  /** Lines that were dropped since the start. */
  dropped(): number;
  /** Hands over the last lines, as far as somebody takes them. Nothing is logged afterwards. */
  end(): Promise<void>;
}

/**
 * One JSON object a line on stderr. Written without blocking; when the sink hangs, lines beyond `maxLength` bytes are
 * dropped rather than letting the service hang or grow with it. A token string that got into a message by mistake is
 * struck out. For a person at a terminal the lines are made easier to read.
 */
export function createLog(level: LogLevel, { pretty = process.stderr.isTTY === true } = {}): Log {
  const sink = destination({ dest: unblocked(2), sync: false, maxLength: 4 * 1024 * 1024 });
  let dropped = 0;
  sink.on('drop', () => {
    dropped += 1;
  });
  // A closed pipe must not end the service.
  sink.on('error', () => {});
  const logger = pino(
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
  return {
    logger,
    dropped: () => dropped,
    async end() {
      logger.level = 'silent';
      const { promise: closed, resolve } = Promise.withResolvers<void>();
      sink.once('close', resolve);
      sink.end();
      const giveUp = setTimeout(() => sink.destroy(), LAST_LINES_MS);
      await closed;
      clearTimeout(giveUp);
    },
  };
}

/**
 * A pipe whose reader stands still blocks whoever writes into it, and a process that is blocked so can't even end. Opened anew
 * (proc(5)), it says EAGAIN instead, and the pipe's other users, who share what was inherited, notice nothing.
 */
function unblocked(fd: number): number {
  try {
    if (!fstatSync(fd).isFIFO()) return fd;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return fd;
  }
}
