import { request as requestHttp } from 'node:http';
import type { HttpsAnswer, HttpsRequest } from './https-request';

/** By a host as an address names it: the server of this machine that is asked instead, like http://localhost:3000. */
export type LocalHosts = Readonly<Record<string, string>>;

/**
 * Asks servers of this machine in place of some hosts, and all others as `request` does: so that a definition can be
 * tried before its API is there. What comes from the environment allows it on a developer's machine only.
 */
export const createLocalRequest =
  (local: LocalHosts, request: HttpsRequest): HttpsRequest =>
  async (url, message, signal) => {
    const server = Object.hasOwn(local, url.host) ? local[url.host] : undefined;
    if (server === undefined) return await request(url, message, signal);
    return await new Promise<HttpsAnswer>((resolve, reject) => {
      const { hostname, port } = new URL(server);
      const asked = requestHttp({
        method: message.method,
        // A name could have another address; this machine is 127.0.0.1.
        host: hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, ''),
        port,
        path: `${url.pathname}${url.search}`,
        headers: { ...message.headers, Host: url.host },
        agent: false,
        signal,
      });
      asked.once('response', (response) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
      });
      asked.once('error', reject);
      asked.end(message.body);
    });
  };
