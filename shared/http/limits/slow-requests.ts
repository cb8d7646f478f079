import type { Server } from 'node:http';

/** How long a client may take to send a request's headers and body, in milliseconds. */
export const longestSendingMs = 30_000;

/**
 * Ends connections whose client takes longer than this to send a request. How long an answer takes does not
 * count. A server that listens already looks after its connections every 30 s only, so there they may last
 * as much longer.
 */
export function endSlowRequests(server: Server, longestMs = longestSendingMs): void {
  server.headersTimeout = longestMs;
  server.requestTimeout = longestMs;
  // Node's documented option of createServer, which its servers keep under this name until they listen.
  Reflect.set(server, 'connectionsCheckingInterval', Math.min(1_000, longestMs));
}
