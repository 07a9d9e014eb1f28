import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';

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
  return (request) => proxyAddr(request, trust);
}
