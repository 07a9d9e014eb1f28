import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ActivityRecorder } from '../activity/recorder.ts';
import { originalOf, seenIn } from './request-context.ts';

const loggedIn = new WeakMap<FastifyRequest, string>();

/** Whose login a request was: it has no token yet that would tell, and the user's erasure must find its record. */
export function recordLogin(request: FastifyRequest, userId: string): void {
  loggedIn.set(request, userId);
}

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
      userId: authenticated?.user.id ?? loggedIn.get(request) ?? null,
      tokenId: authenticated?.token.id ?? null,
      ...seenIn(headers),
      ...(isErasure(request) ? { commandLine: null } : {}),
      original: isFromTrustedProxy(request.raw) ? originalOf(headers) : null,
    });
    done();
  });
}

/** Its command line may name who is gone now. */
function isErasure({ method, query }: FastifyRequest): boolean {
  return method === 'DELETE' && (query as { erase?: string } | undefined)?.erase === 'true';
}
