import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/**
 * The origin (RFC 6454) under which a browser sees this service: `https` where the service speaks TLS itself or a trusted
 * proxy says so in `X-Forwarded-Proto`, else `http`; and the host that was asked for, by a trusted proxy's
 * `X-Forwarded-Host`, else by `Host`. Of several values the last counts, which is the proxy's own. Undefined when that
 * makes no origin.
 */
export function ownOrigin(
  request: IncomingMessage,
  isFromTrustedProxy: (request: IncomingMessage) => boolean,
): string | undefined {
  const { headers } = request;
  const said = isFromTrustedProxy(request) ? headers : {};
  const isTls =
    (request.socket as Partial<TLSSocket>).encrypted === true || last(said['x-forwarded-proto']) === 'https';
  const host = last(said['x-forwarded-host']) ?? headers.host;
  const url = `${isTls ? 'https' : 'http'}://${host}`;
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

function last(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header.split(',').at(-1)?.trim().toLowerCase() : undefined;
}
