import { isIP } from 'node:net';
import { parse, parseCIDR } from 'ipaddr.js';

/** All of the internet that speaks IPv6: https://www.iana.org/assignments/ipv6-unicast-address-assignments */
const assignedIPv6 = parseCIDR('2000::/3');

/**
 * Whether an IP address is one of the public internet. What is no address is not, and neither is what IANA's registries
 * set apart: this machine, its network, the metadata servers of clouds, documentation, multicast, and IPv6 addresses that
 * carry an IPv4 one (mapped, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(address: string): boolean {
  // Only as the system writes them: the library also reads 0x7f.1 and 127.1.
  if (isIP(address) === 0) return false;
  const parsed = parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(assignedIPv6);
}
