import type { App } from './route.ts';

/** Where the OpenTelemetry API keeps what was registered, whichever copy of it did (its `global-utils`). */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/**
 * Whether somebody has set up OpenTelemetry in this process before the service began, e.g. by
 * `NODE_OPTIONS='--import ./telemetry.mjs'`. Where nobody has, nothing of it is loaded.
 */
export function isTraced(): boolean {
  const registered = (globalThis as { [REGISTERED]?: { trace?: unknown } })[REGISTERED];
  return registered?.trace !== undefined;
}

/**
 * One span for each request, as the semantic conventions for HTTP servers have it, in the trace that the caller's
 * `traceparent` names. It carries the route and never the path, in which e-mails stand; neither user nor token.
 * Which traces are kept, and where they go, is the exporter's business.
 */
export async function traceRequests(app: App): Promise<void> {
  const { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = await import(
    '@opentelemetry/api'
  );
  const tracer = trace.getTracer('guardbee');
  const spans = new WeakMap<object, ReturnType<typeof tracer.startSpan>>();

  app.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions, protocol, headers, id } = request;
    const route = routeOptions.url;
    const span = tracer.startSpan(
      route === undefined ? method : `${method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': method,
          'url.scheme': protocol,
          ...(route === undefined ? {} : { 'http.route': route }),
          'guardbee.request_id': id,
        },
      },
      propagation.extract(ROOT_CONTEXT, headers),
    );
    spans.set(request, span);
    // What the database's own instrumentation makes hangs below it.
    context.with(trace.setSpan(ROOT_CONTEXT, span), done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request);
    span?.setAttribute('http.response.status_code', reply.statusCode);
    if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
    done();
  });
}
