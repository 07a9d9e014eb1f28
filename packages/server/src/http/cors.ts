/** The CORS protocol (Fetch standard), for the origins that browsers may call from. */

const EXPOSED_HEADERS = ['X-Request-ID', 'Retry-After', 'WWW-Authenticate'];

/** For `@fastify/cors`. */
export function corsOptions(origins: readonly string[]) {
  return {
    origin: [...origins],
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    // By name: a wildcard does not cover Authorization (Fetch standard, CORS protocol).
    allowedHeaders: [
      'authorization',
      'content-type',
      'x-request-id',
      'x-giant-swarm-activity',
      'x-giant-swarm-cmdline',
    ],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 600,
    strictPreflight: false,
  };
}

/** What `@fastify/cors` puts on a reply, for one that is given without the framework. None where there are no origins. */
export function corsHeaders(origins: readonly string[], origin: string | undefined): Record<string, string> {
  if (origins.length === 0) return {};
  return {
    vary: 'Origin',
    ...(origin !== undefined && origins.includes(origin) ? { 'access-control-allow-origin': origin } : {}),
    'access-control-expose-headers': EXPOSED_HEADERS.join(', '),
  };
}
