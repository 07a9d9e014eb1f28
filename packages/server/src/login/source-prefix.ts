import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An address with a port behind it, as some proxies forward it: `192.0.2.7:4711`, `[2001:db8::1]:4711`, `[2001:db8::1]`. */
const WITH_PORT = /^(?:\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?|(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5})$/;

/** The address alone, without a port. */
export function withoutPort(address: string): string {
  const [, v6, v4] = WITH_PORT.exec(address) ?? [];
  return v6 ?? v4 ?? address;
}

/**
 * What counts as one source of logins: an IPv4 address, or the /64 that one IPv6 subscriber has at least (RFC 6177), so
 * that nobody gets a new counter with each of their 2⁶⁴ addresses. An IPv4 address written as IPv6, or translated to it
 * (RFC 6052), is that IPv4 address. All text that is no address is one source.
 */
export function sourcePrefix(given: string): string {
  // Nearly all of them. `isIPv4` takes the canonical spelling alone; every other one is read below.
  if (isIPv4(given)) return given;
  const address = withoutPort(given);
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  if (parsed.range() === 'rfc6052') {
    const [high = 0, low = 0] = parsed.parts.slice(6);
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  }
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
