import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';
import { withoutPort } from '../login/source-prefix.ts';

/** Where a request comes from: the peer, or what trusted proxies say, read from the right. */
export type ClientAddress = (request: IncomingMessage) => string;

/** Peers of whom is remembered whether they are trusted. */
const MOST_REMEMBERED = 1_000;

/** Whether a request comes from a trusted proxy directly, so that what it says of an original request counts. */
export function isFromTrustedProxy(trustedProxies: readonly string[]): (request: IncomingMessage) => boolean {
  if (trustedProxies.length === 0) return () => false;
  const isTrusted = rememberPeers(proxyAddr.compile([...trustedProxies]));
  return (request) => isTrusted(request.socket.remoteAddress ?? '');
}

/** @param trustedProxies IP addresses and CIDR networks; none: the peer's address counts. */
export function clientAddress(trustedProxies: readonly string[]): ClientAddress {
  if (trustedProxies.length === 0) return (request) => request.socket.remoteAddress ?? '';
  const trust = proxyAddr.compile([...trustedProxies]);
  const isTrustedPeer = rememberPeers(trust);
  const isTrusted = (address: string, hop: number): boolean =>
    hop === 0 ? isTrustedPeer(address) : trust(withoutPort(address), hop);
  return (request) => {
    const own = request.socket.remoteAddress ?? '';
    const found = withoutPort(proxyAddr(request, isTrusted));
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

/**
 * For addresses of peers, which are the same few proxies again and again: to read one anew three times was an eighth of all that was
 * allocated under a flood. What headers name is not remembered: it could be kilobytes of anything.
 */
function rememberPeers(trust: (address: string, hop: number) => boolean): (peer: string) => boolean {
  const known = new Map<string, boolean>();
  return (peer) => {
    let isTrusted = known.get(peer);
    if (isTrusted === undefined) {
      isTrusted = trust(peer, 0);
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(peer, isTrusted);
    }
    return isTrusted;
  };
}
