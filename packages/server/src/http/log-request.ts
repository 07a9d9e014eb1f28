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
    const level = levelOf(error, reply.statusCode, quiet);
    if (quiet && !(request.log.level === 'debug' || request.log.level === 'trace')) return;
    const { activity, commandLine } = saidBy(request.headers);
    request.log[level](
      {
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        ip: request.ip,
        token_id: request.authenticated?.token.id,
        ...known({
          activity,
          command_line: commandLine,
          trace_id: traceIdOf(request.headers),
          original: this.#isFromTrustedProxy(request.raw) ? originalOf(request.headers) : null,
        }),
      },
      'request',
    );
  }
}

/** A 503 is what the service is meant to say when it is flooded or its database is away: a flood must not read as a fault. */
function levelOf(error: Error | null, status: number, quiet: boolean): 'error' | 'warn' | 'info' | 'debug' {
  if (status === 503) return 'warn';
  if (error || status >= 500) return 'error';
  return quiet ? 'debug' : 'info';
}

/** Without what a request doesn't say. */
function known(fields: Readonly<Record<string, string | null>>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
