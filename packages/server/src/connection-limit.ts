import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';

/** Descriptors that connections leave to the database, the log and the threads. */
const KEPT = 128;
const SUMMARY_MS = 1_000;

/**
 * Lets in no more connections than the process has descriptors for: one that is beyond them is closed at once. Otherwise whoever
 * opens many would take those that files need, and nobody would be told why nothing works any more.
 */
export function limitConnections(
  server: Server,
  logger: { warn(details: object, text: string): void },
  openFiles = mostOpenFiles(),
): void {
  if (openFiles === undefined) return;
  server.maxConnections = Math.max(openFiles - KEPT, KEPT);
  let dropped = 0;
  const summarize = (): void => {
    logger.warn(
      { connections: dropped, most: server.maxConnections },
      'closed connections: there are too many',
    );
    dropped = 0;
  };
  server.on('drop', () => {
    dropped += 1;
    if (dropped === 1) setTimeout(summarize, SUMMARY_MS).unref();
  });
}

/** What this process may open (proc(5)); undefined where nobody says, or nothing is limited. */
function mostOpenFiles(): number | undefined {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}
