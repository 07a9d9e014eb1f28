import type { IncomingMessage } from 'node:http';
import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { originalOf, saidBy, traceIdOf } from './request-context.ts';

/**
 * One line for each request that changes or refuses something; what is merely looked up stays at `debug`, since a
 * busy service verifies tokens thousands of times a second. The path is the route's pattern: e-mails stay out.
 */
export class RequestLog extends LogController {
  readonly #isFromTrustedProxy: (request: IncomingMessage) => boolean;

  constructor(isFromTrustedProxy: (request: IncomingMessage) => boolean) {
    super({ requestIdLogLabel: 'request_id' });
    this.#isFromTrustedProxy = isFromTrustedProxy;
  }

  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override defaultErrorLog(): void {}

  override requestCompleted(error: Error | null, request: FastifyRequest, reply: FastifyReply): void {
    const quiet = reply.statusCode < 400 && (request.method === 'GET' || request.method === 'HEAD');
    const level = levelOf(reply.statusCode, error, quiet);
    if (quiet && !(request.log.level === 'debug' || request.log.level === 'trace')) return;
    const seen = {
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      ms: reply.elapsedTime,
      ip: request.ip,
      tokenId: request.authenticated?.token.id,
    };
    request.log[level](requestLine(request.raw, seen, this.#isFromTrustedProxy), 'request');
  }
}

/** What the log keeps of a request. */
export function requestLine(
  request: IncomingMessage,
  seen: {
    method: string;
    route: string | null;
    status: number;
    ms: number;
    ip: string;
    tokenId?: string | undefined;
  },
  isFromTrustedProxy: (request: IncomingMessage) => boolean,
): object {
  const { method, route, status, ms, ip, tokenId } = seen;
  const { activity, commandLine } = saidBy(request.headers);
  return {
    method,
    route,
    status,
    ms: Math.round(ms * 10) / 10,
    ip,
    token_id: tokenId,
    ...known({
      activity,
      command_line: commandLine,
      trace_id: traceIdOf(request.headers),
      original: isFromTrustedProxy(request) ? originalOf(request.headers) : null,
    }),
  };
}

/** A 503 is what the service is meant to say when it is flooded or its database is away: a flood must not read as a fault. */
export function levelOf(
  status: number,
  error: Error | null = null,
  quiet = false,
): 'error' | 'warn' | 'info' | 'debug' {
  if (status === 503) return 'warn';
  if (error || status >= 500) return 'error';
  return quiet ? 'debug' : 'info';
}

/** Without what a request doesn't say. */
function known(fields: Readonly<Record<string, string | null>>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
