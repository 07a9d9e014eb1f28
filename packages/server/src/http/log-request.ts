import type { IncomingMessage } from 'node:http';
import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';

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
    const level = error || reply.statusCode >= 500 ? 'error' : quiet ? 'debug' : 'info';
    if (quiet && !(request.log.level === 'debug' || request.log.level === 'trace')) return;
    request.log[level](
      {
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        ip: request.ip,
        token_id: request.authenticated?.token.id,
        ...(this.#isFromTrustedProxy(request.raw) ? originalOf(request) : undefined),
      },
      'request',
    );
  }
}

/**
 * Which request a proxy asks about, by nginx's or Traefik's and Caddy's names. Only the path: a query may hold secrets of
 * other services.
 */
function originalOf({ headers }: FastifyRequest): { original?: string } {
  const method = headers['x-original-method'] ?? headers['x-forwarded-method'];
  const uri = headers['x-original-uri'] ?? headers['x-forwarded-uri'];
  if (typeof method !== 'string' || typeof uri !== 'string') return {};
  return { original: `${method} ${uri.split('?', 1)[0]}`.slice(0, 300) };
}
