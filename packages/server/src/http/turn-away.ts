import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import { type Quota, REFUSALS } from '../errors.ts';
import { sourcePrefix } from '../login/source-prefix.ts';
import { corsHeaders } from './cors.ts';
import { rateLimitOf } from './error-reply.ts';
import { isAmbiguous } from './framing.ts';
import { levelOf, requestLine } from './log-request.ts';
import { originalOf, requestId, seenIn } from './request-context.ts';
import type { Parts } from './route.ts';
import type { RequestHandler } from './shortcut.ts';

/**
 * Logins that nobody need look at, refused without the framework and without reading their body: for which there is no room,
 * and those of a source that has used up its tries. Under a flood they are nearly all requests, and the event loop that they would
 * occupy is the one that verification waits for. The answer is the long way's; a test holds the two to be the same.
 *
 * They are let go at the pace of refusals. One that is too many to be held up is answered at once; of those, the log has no
 * line each but a number.
 */

const ROUTES: ReadonlyMap<string, string> = new Map([
  ['/v4/auth-tokens/', '/v4/auth-tokens/'],
  ['/v4/auth-tokens', '/v4/auth-tokens/'],
  ['/console/session/', '/console/session/'],
  ['/console/session', '/console/session/'],
]);
const SUMMARY_MS = 1_000;

/** Why, and when to come back. */
interface TurnedAway {
  readonly refusal: 'TOO_MANY_REQUESTS' | 'NOT_YET_AVAILABLE';
  /** Seconds. */
  readonly retryAfter: number;
  readonly quota?: Quota;
}

interface Login {
  readonly request: IncomingMessage;
  readonly reply: ServerResponse;
  readonly route: string;
  readonly ip: string;
  /** When it came in, by the monotonic clock. */
  readonly since: number;
}

/**
 * @param isOff While true, everything goes the long way.
 * @param corsOrigins As in `FrontDoorOptions`.
 */
export function createTurnAway(
  parts: Parts,
  {
    isOff,
    logger,
    corsOrigins,
  }: { isOff: () => boolean; logger: FastifyBaseLogger; corsOrigins: readonly string[] },
  longWay: RequestHandler,
): RequestHandler {
  const { hashes, throttle, refusalPace, addressOf, isFromTrustedProxy, activity, counts } = parts;
  let unlogged = 0;

  /** Undefined: let in, and expected by the hash queue until it is answered. */
  function turnAway(ip: string, reply: ServerResponse): TurnedAway | undefined {
    const closed = throttle.closedTo(ip);
    if (closed !== undefined) return { refusal: 'TOO_MANY_REQUESTS', ...closed };
    const expected = hashes.expect(sourcePrefix(ip));
    if ('retryAfter' in expected) return { refusal: 'NOT_YET_AVAILABLE', retryAfter: expected.retryAfter };
    reply.once('close', expected.forget);
    return undefined;
  }

  function answer(
    { request, reply, route, ip, since }: Login,
    { refusal, retryAfter, quota }: TurnedAway,
    isLogged: boolean,
  ): void {
    const { code, status, message } = REFUSALS[refusal];
    const body = JSON.stringify({ code, message });
    const given = request.headers;
    const id = requestId(given['x-request-id']);
    reply.writeHead(status, {
      ...parts.replyHeaders,
      'x-request-id': id,
      ...corsHeaders(corsOrigins, given.origin),
      ...(parts.isDraining() ? { connection: 'close' } : {}),
      'retry-after': String(retryAfter),
      ...(quota === undefined ? {} : rateLimitOf(quota, retryAfter)),
      'content-type': 'application/json; charset=utf-8',
      'content-length': body.length,
    });
    reply.end(body);
    const ms = performance.now() - since;
    const seen = { method: 'POST', route, status, ip };
    activity.record({
      ...seen,
      ...seenIn(given),
      requestId: id,
      ms: Math.round(ms),
      userId: null,
      tokenId: null,
      original: isFromTrustedProxy(request) ? originalOf(given) : null,
    });
    if (isLogged) {
      const line = { request_id: id, ...requestLine(request, { ...seen, ms }, isFromTrustedProxy) };
      logger[levelOf(status)](line, 'request');
    } else countUnlogged();
  }

  function countUnlogged(): void {
    unlogged += 1;
    if (unlogged > 1) return;
    const summarize = (): void => {
      logger.warn({ logins: unlogged }, 'turned logins away at once: there are too many');
      unlogged = 0;
    };
    setTimeout(summarize, SUMMARY_MS).unref();
  }

  return (request, reply) => {
    const route = request.method === 'POST' ? ROUTES.get(pathOf(request.url ?? '')) : undefined;
    if (route === undefined || isOff() || parts.isDraining() || isAmbiguous(request))
      return longWay(request, reply);
    const ip = addressOf(request);
    const turned = turnAway(ip, reply);
    if (turned === undefined) return longWay(request, reply);
    counts.logins[turned.refusal === 'TOO_MANY_REQUESTS' ? 'throttled' : 'unavailable'] += 1;
    const login = { request, reply, route, ip, since: performance.now() };
    if (refusalPace.isFull()) answer(login, turned, false);
    else void refusalPace.wait().then(() => answer(login, turned, true));
  };
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}
