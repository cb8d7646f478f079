import { isIP } from 'node:net';
import { parse, parseCIDR } from 'ipaddr.js';

/** All of the internet that speaks IPv6: https://www.iana.org/assignments/ipv6-unicast-address-assignments */
const assignedIPv6 = parseCIDR('2000::/3');

/**
 * Whether a text is an IP address of the public internet. Addresses that IANA sets apart are not: this
 * machine, its network, the metadata servers of clouds, documentation, multicast, and IPv6 addresses that
 * carry an IPv4 one (mapped, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(address: string): boolean {
  // Only the usual notation: the library would also read 0x7f.1 and 127.1.
  if (isIP(address) === 0) return false;
  // A zone says which interface, not which address, and the library throws for one like eth0.1.
  const parsed = parse(address.replace(/%.*$/, ''));
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(assignedIPv6);
}
