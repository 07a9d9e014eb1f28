import type { IncomingMessage } from 'node:http';
import cors from '@fastify/cors';
import { type FastifyBaseLogger, type FastifyError, type FastifyRequest, fastify } from 'fastify';
import { Refusal } from '../errors.ts';
import type { Principal } from '../tokens/principal.ts';
import { authenticate } from './authenticate.ts';
import { authorize } from './authorize.ts';
import { tellAddress } from './client-address.ts';
import { compileWhenUsed } from './compile-when-used.ts';
import { corsOptions } from './cors.ts';
import { oauthError, sendRefusal, toRefusal } from './error-reply.ts';
import { parseFormBody } from './form-body.ts';
import { isAmbiguous } from './framing.ts';
import { parseJsonBody } from './json-body.ts';
import { RequestLog } from './log-request.ts';
import { recordActivity } from './record-activity.ts';
import { requestId } from './request-context.ts';
import type { Entry } from './rights.ts';
import { enterRight, refuseMethod, refuseUnknown } from './rights-on-routes.ts';
import type { App, Parts } from './route.ts';
import type { RequestHandler } from './shortcut.ts';
import { isTraced, traceRequests } from './tracing.ts';
import { answersNoMore, refuseUnreadable } from './unreadable.ts';

export interface FrontDoorOptions {
  readonly logger: FastifyBaseLogger;
  /** Origins that browsers may call from; empty turns CORS off. */
  readonly corsOrigins: readonly string[];
  /** Addresses and networks whose X-Forwarded-For counts, read from the right. */
  readonly trustedProxies: readonly string[];
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Where `/metrics` has an address of its own it is nowhere else. */
  readonly metricsListen: object | undefined;
}

/** The largest body any route can use is far below this. */
const BODY_LIMIT = 32 * 1024;

/**
 * A request's headers within 10 s; all of it within 30 s, and an idle connection for 65 s (below). Looked at each second. A missing
 * Host is refused here (`framing.ts`), in the words of all refusals.
 */
const LIMITS = { headersTimeout: 10_000, connectionsCheckingInterval: 1_000, requireHostHeader: false };
/** TLS is agreed on within this time; Node would wait for two minutes. */
const HANDSHAKE = { handshakeTimeout: 10_000 };

/**
 * Everything that is the same for each request: its id, its limits, who it acts as, whether that may be, and how a
 * refusal looks. The endpoints come on top.
 */
export async function openFrontDoor(parts: Parts, options: FrontDoorOptions): Promise<App> {
  const app = fastify({
    loggerInstance: options.logger,
    logController: new RequestLog(parts.isFromTrustedProxy),
    ...(options.tls === undefined
      ? { http: LIMITS }
      : { https: { ...LIMITS, ...HANDSHAKE, ...options.tls } }),
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    // Both spellings of a path are served, never redirected: clients repeat a redirected call as GET.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1024 },
    genReqId: (request) => requestId(request.headers['x-request-id']),
    schemaController: { compilersFactory: compileWhenUsed },
    bodyLimit: BODY_LIMIT,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    return503OnClosing: false,
    frameworkErrors: (error, _request, reply) =>
      void sendRefusal(reply.header('x-request-id', reply.request.id), toRefusal(error)),
    clientErrorHandler: refuseUnreadable,
    ajv: {
      customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: false },
    },
  }) as unknown as App;

  if (options.trustedProxies.length > 0)
    app.server.prependListener('request', (request: IncomingMessage) =>
      tellAddress(request, parts.addressOf),
    );
  // RFC 9110 section 10.1.1: what else than 100-continue is expected may be ignored. Node would refuse it, in words of its own.
  app.server.on('checkExpectation', (request, reply) => app.server.emit('request', request, reply));
  app.decorateRequest('authenticated', null);
  if (isTraced()) await traceRequests(app);
  recordActivity(app, parts.activity, parts.isFromTrustedProxy);
  app.addHook('onRoute', enterRight);
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(parts.replyHeaders).header('x-request-id', request.id);
    if (parts.isDraining()) reply.header('connection', 'close');
    // A body is JSON whatever its Content-Type says: `curl -d` sends a form type, and what is no type at all the framework would refuse.
    if (request.raw.headers['content-type'] !== undefined)
      request.raw.headers['content-type'] = 'application/json';
    if (isAmbiguous(request.raw)) {
      answersNoMore(request.raw.socket);
      reply.header('connection', 'close');
      return done(new Refusal('INVALID_INPUT'));
    }
    done();
  });
  if (options.corsOrigins.length > 0) await app.register(cors, corsOptions(options.corsOrigins));

  app.addHook('onRequest', (request, reply, done) => {
    const { entry, allow } = request.routeOptions.config;
    if (allow !== undefined) return refuseMethod(request, reply);
    if (entry?.right === 'anyone' || request.is404) return done();
    try {
      const admitted = admit(parts, request, entry);
      if (admitted === undefined) return done();
      admitted.then(() => done(), done);
    } catch (error) {
      done(error as Error);
    }
  });

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    const { form, anyBody } = request.routeOptions.config;
    if (anyBody) return done(null, undefined);
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') return done(new Refusal('ENCODED_BODY'));
    try {
      done(null, form ? parseFormBody(body as Buffer) : parseJsonBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const refusal = toRefusal(error);
    if (refusal.refusal === 'INTERNAL_ERROR') {
      parts.counts.failures += 1;
      request.log.error({ err: error }, 'request failed');
    }
    if (refusal.refusal === 'NOT_YET_AVAILABLE') request.log.warn({ cause: error.message }, 'not available');
    return sendRefusal(reply, refusal, request.routeOptions.config.form ? oauthError(refusal) : undefined);
  });
  app.setNotFoundHandler(refuseUnknown);
  return app;
}

/** Sets the principal, or throws the refusal; at once where the token is remembered. */
function admit(parts: Parts, request: FastifyRequest, entry: Entry | undefined): void | Promise<void> {
  if (entry === undefined) throw new Error('a route has come past the table of rights');
  const enter = (principal: Principal): void => {
    // Before it is authorized: whoever is refused is named in the log and the records.
    request.authenticated = principal;
    authorize(request, principal, entry);
  };
  const found = authenticate(request, parts);
  return found instanceof Promise ? found.then(enter) : enter(found);
}

/** Lets the shortcut answer what it can, and the framework the rest. */
export function takeShortcut(app: App, shortcutTo: (longWay: RequestHandler) => RequestHandler): void {
  const handlers = app.server.listeners('request') as RequestHandler[];
  app.server.removeAllListeners('request');
  app.server.on(
    'request',
    shortcutTo((request, reply) => {
      for (const handle of handlers) handle(request, reply);
    }),
  );
}
