import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { REFUSALS, type RefusalName } from '../errors.ts';
import { ALWAYS } from './security-headers.ts';

const NAMES: Readonly<Record<string, RefusalName>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

const answered = new WeakSet<Socket>();

/** On this connection a refusal is the last answer: what is behind it on its way is not even refused. */
export function answersNoMore(socket: Socket): void {
  answered.add(socket);
}

/** For so long the other end may read the answer; then the connection is gone, whatever that end does. */
const LINGER_MS = 1_000;

/**
 * Answers what could not be read as a request (bad or ambiguous framing, headers too large or too slow) with the
 * generic body, and closes the connection: nothing behind such a request can be trusted to start where it seems to.
 */
export function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  // One that has not shaken hands can't be told anything, and would never end.
  const isMute = socket instanceof TLSSocket && socket.getProtocol() === null;
  if (error.code === 'ECONNRESET' || !socket.writable || isMute) return void socket.destroy();
  if (answered.has(socket)) return void socket.destroySoon();
  const { code, status, message } = REFUSALS[NAMES[error.code ?? ''] ?? 'INVALID_INPUT'];
  const body = JSON.stringify({ code, message });
  socket.end(
    [
      `HTTP/1.1 ${status} ${REASONS[status]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...Object.entries(ALWAYS).map(([name, value]) => `${name}: ${value}`),
      `X-Request-ID: ${randomUUID()}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
  // Node looks after its time limits no longer, and whoever keeps their end open would keep ours.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
