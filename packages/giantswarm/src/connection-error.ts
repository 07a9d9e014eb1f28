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
  const options = { cause: thrown };
  // the commonest mistake: say which address the basePath made
  if (!/^(https?:\/\/|\/)/i.test(url)) {
    return Object.assign(
      new Error(`Not an address: ${url} (basePath begins with https:// or http://)`, options),
      {
        code: 'ERR_INVALID_URL',
        method,
        url,
      },
    );
  }
  const reason = firstWithCode(thrown as SystemError);
  if (!reason && /bad port/i.test(String(thrown.cause))) {
    // to the program it is a refused connection like any other
    const message = `connect ECONNREFUSED ${url}: fetch does not connect to this port, whoever listens there`;
    return Object.assign(new Error(message, options), { code: 'ECONNREFUSED', method, url });
  }
  if (!reason) {
    if (!('location' in globalThis)) return thrown;
    return Object.assign(new Error(browserMessage, options), { crossDomain: true, method, url });
  }
  // a name with several addresses fails with a list of reasons
  const detail = reason.errors?.[0] ?? reason;
  const error = new Error(reason.message || detail.message || thrown.message, options);
  return Object.assign(error, { ...detail, ...reason, method, url });
}

function firstWithCode(error: SystemError | undefined): SystemError | undefined {
  // causes nest two or three deep; the limit is against a ring
  for (let depth = 0; error && depth < 5; depth++, error = error.cause) {
    if (typeof error.code === 'string') return error;
  }
  return undefined;
}
