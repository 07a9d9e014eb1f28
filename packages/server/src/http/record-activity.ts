import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ActivityRecorder } from '../activity/recorder.ts';
import { originalOf, seenIn } from './request-context.ts';

/** Tells the recorder of each request that the framework has answered; those of the shortcut tell it themselves. */
export function recordActivity(
  app: Pick<FastifyInstance, 'addHook'>,
  activity: ActivityRecorder,
  isFromTrustedProxy: (request: FastifyRequest['raw']) => boolean,
): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { headers, authenticated } = request;
    activity.record({
      requestId: request.id,
      ms: Math.round(reply.elapsedTime),
      method: request.method,
      route: request.routeOptions.url ?? '',
      status: reply.statusCode,
      ip: request.ip,
      userId: authenticated?.user.id ?? null,
      tokenId: authenticated?.token.id ?? null,
      ...seenIn(headers),
      original: isFromTrustedProxy(request.raw) ? originalOf(headers) : null,
    });
    done();
  });
}
