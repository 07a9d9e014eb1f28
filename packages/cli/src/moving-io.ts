import { CommandError, EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';

/** Shows how far long work has come, in whole percent. */
export function showPart(what: string, io: Io): (part: number) => void {
  let shown = -1;
  return (part) => {
    const percent = Math.floor(part * 100);
    if (percent === shown) return;
    shown = percent;
    io.progress(`${what}: ${percent} % …`);
  };
}

/** What the server says of a backup, a restore or a move that can't be done, as a command says it. */
export function whyNotMoved(error: unknown, hint?: string): unknown {
  const { name, message, syscall } = error as NodeJS.ErrnoException;
  const isKnown = ['MovingError', 'StoreUnusable', 'StoreUnavailable', 'DigestKeysError'].includes(name);
  if (!isKnown && syscall === undefined) return error;
  const isThere = / is there already/.test(message);
  return new CommandError(EXIT.failed, message, {
    ...(hint !== undefined && isThere ? { hint } : {}),
    cause: error,
  });
}
