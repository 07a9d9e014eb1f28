import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';

/**
 * One line for each request that changes or refuses something; what is merely looked up stays at `debug`, since a
 * busy service verifies tokens thousands of times a second. The path is the route's pattern: e-mails stay out.
 */
export class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: 'request_id' });
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
      },
      'request',
    );
  }
}
