import ipaddr from 'ipaddr.js';

/**
 * What counts as one source of logins: an IPv4 address, or the /64 that one IPv6 subscriber has at least (RFC 6177), so
 * that nobody gets a new counter with each of their 2⁶⁴ addresses. An IPv4 address written as IPv6 is that IPv4 address.
 * Text that is no address is its own source.
 */
export function sourcePrefix(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
