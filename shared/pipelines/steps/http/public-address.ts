import { BlockList, isIP } from 'node:net';

/**
 * Addresses that lead to this machine, this network, or nowhere on the internet.
 * https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const privateNetworks: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // With the metadata server of every cloud.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** All of the internet that speaks IPv6 lies in 2000::/3; these parts of it do not, or carry IPv4 addresses. */
const publicNetwork6 = ['2000::', 3] as const;
const privateNetworks6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const private4 = new BlockList();
for (const [network, prefix] of privateNetworks) private4.addSubnet(network, prefix, 'ipv4');
const public6 = new BlockList();
public6.addSubnet(...publicNetwork6, 'ipv6');
const private6 = new BlockList();
for (const [network, prefix] of privateNetworks6) private6.addSubnet(network, prefix, 'ipv6');

/** Whether an IP address is one of the public internet. What is no address is not. */
export function isPublicAddress(address: string): boolean {
  const kind = isIP(address);
  if (kind === 4) return !private4.check(address, 'ipv4');
  if (kind !== 6) return false;
  return public6.check(address, 'ipv6') && !private6.check(address, 'ipv6');
}
