import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';
import { withoutPort } from '../login/source-prefix.ts';

/** Where a request comes from: the peer, or what trusted proxies say, read from the right. */
export type ClientAddress = (request: IncomingMessage) => string;

/** Whether a request comes from a trusted proxy directly, so that what it says of an original request counts. */
export function isFromTrustedProxy(trustedProxies: readonly string[]): (request: IncomingMessage) => boolean {
  if (trustedProxies.length === 0) return () => false;
  const trust = proxyAddr.compile([...trustedProxies]);
  return (request) => trust(request.socket.remoteAddress ?? '', 0);
}

/** @param trustedProxies IP addresses and CIDR networks; none: the peer's address counts. */
export function clientAddress(trustedProxies: readonly string[]): ClientAddress {
  if (trustedProxies.length === 0) return (request) => request.socket.remoteAddress ?? '';
  const trust = proxyAddr.compile([...trustedProxies]);
  return (request) => {
    const own = request.socket.remoteAddress ?? '';
    const found = withoutPort(proxyAddr(request, (address, hop) => trust(withoutPort(address), hop)));
    // What a proxy says of somebody must be an address: else it is the proxy that we know.
    return isIP(found) === 0 ? own : found;
  };
}

/**
 * The framework's own reading of `X-Forwarded-For` knows no ports, and takes any text for an address: it is given what
 * `clientAddress` has found, alone.
 */
export function tellAddress(request: IncomingMessage, addressOf: ClientAddress): void {
  if (request.headers['x-forwarded-for'] !== undefined)
    request.headers['x-forwarded-for'] = addressOf(request);
}
