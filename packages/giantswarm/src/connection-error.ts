/** What `fetch` throws when no answer came, made into what programs look for. */

interface SystemError extends Error {
  code?: unknown;
  errors?: SystemError[];
  cause?: SystemError;
}

const browserMessage =
  'Request has been terminated. Possible causes: the network is offline, the service is not reachable, ' +
  'or Origin is not allowed by Access-Control-Allow-Origin.';

/**
 * Under Node, Deno and Bun: the platform's own reason, its `code` (like `ECONNREFUSED`, `ENOTFOUND`) copied
 * to the top. In a browser, which tells no reason: `crossDomain: true` and a message that names the causes.
 */
export function connectionError(thrown: unknown, method: string, url: string): unknown {
  if (!(thrown instanceof TypeError)) return thrown;
  const reason = firstWithCode(thrown as SystemError);
  if (reason) {
    const detail = reason.errors?.[0] ?? reason;
    const message = reason.message || detail.message || thrown.message;
    // a wrong basePath is the commonest mistake: say which address it made
    const invalid = reason.code === 'ERR_INVALID_URL' ? `: ${url} (does basePath start with https://?)` : '';
    const error = new Error(message + invalid, { cause: thrown });
    return Object.assign(error, { ...detail, ...reason, code: reason.code, method, url });
  }
  if (!('location' in globalThis)) return thrown;
  return Object.assign(new Error(browserMessage, { cause: thrown }), { crossDomain: true, method, url });
}

function firstWithCode(error: SystemError | undefined): SystemError | undefined {
  // causes nest two or three deep; the limit is against a ring
  for (let depth = 0; error && depth < 5; depth++, error = error.cause) {
    if (typeof error.code === 'string') return error;
  }
  return undefined;
}
