import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';

/** Where a request comes from: the peer, or what trusted proxies say, read from the right. */
export type ClientAddress = (request: IncomingMessage) => string;

/** @param trustedProxies IP addresses and CIDR networks; none: the peer's address counts. */
export function clientAddress(trustedProxies: readonly string[]): ClientAddress {
  if (trustedProxies.length === 0) return (request) => request.socket.remoteAddress ?? '';
  const trust = proxyAddr.compile([...trustedProxies]);
  return (request) => proxyAddr(request, trust);
}
