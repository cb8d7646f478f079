import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import { IPv6, isValid, parse } from 'ipaddr.js';

/**
 * The address of the client, as the infrastructure saw it: an IPv4 address, or the /64 network of an IPv6 one,
 * which one client has all to itself.
 *
 * Whatever a client writes into X-Forwarded-For stands before what the infrastructure appends, so the entry is
 * counted from the end. Google's load balancer appends two, the client's address and its own:
 * https://docs.cloud.google.com/load-balancing/docs/https#x-forwarded-for_header
 * @param entries how many of the last entries are the infrastructure's; 0: there is none before this server
 */
export function clientAddress(request: IncomingMessage, entries: number): string {
  const { headers, socket } = request;
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  const entry = entries > 0 ? forwarded.at(-entries)?.trim() : undefined;
  return networkOf(entry) ?? networkOf(socket.remoteAddress) ?? 'unknown';
}

function networkOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  // What most addresses are need not be parsed: each request comes through here, and refusals are to be cheap.
  if (isIPv4(address)) return address;
  if (!isValid(address)) return undefined;
  const parsed = parse(address);
  if (!(parsed instanceof IPv6)) return parsed.toString();
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
