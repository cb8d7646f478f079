import { lookup as resolveName } from 'node:dns';
import type { IncomingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { KnownFailure } from '../google/bigquery/failures';
import { isPublicAddress } from './public-address';

export interface HttpsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** May be read to its end, or left. */
  readonly body: AsyncIterable<Buffer>;
}

export interface HttpsMessage {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/**
 * Sends a request to the internet. A redirect is an answer like any other. Throws a KnownFailure if the address is
 * not allowed, else the connection's error.
 */
export type HttpsRequest = (url: URL, message: HttpsMessage, signal: AbortSignal) => Promise<HttpsAnswer>;

export interface HttpsOptions {
  /** Certificates of trusted authorities; by default those that come with Node. */
  readonly ca?: string;
  /** Whether to connect to an IP address; by default to those of the public internet. */
  readonly isAllowedAddress?: (address: string) => boolean;
}

/**
 * Whatever a name resolves to, now or next time, what counts is the address of the connection. It is checked
 * before anything is sent.
 */
export function createHttpsRequest({
  ca,
  isAllowedAddress = isPublicAddress,
}: HttpsOptions = {}): HttpsRequest {
  return (url, { method, headers, body }, signal) =>
    new Promise((resolve, reject) => {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) !== 0 && !isAllowedAddress(host)) return reject(refusal(url));
      // Always a new connection: an existing one may have been made under another rule.
      const request = requestHttps(url, {
        method,
        headers,
        signal,
        agent: false,
        lookup: guardedLookup(url, isAllowedAddress),
        ...(ca !== undefined && { ca }),
      });
      request.on('socket', (socket) => {
        socket.once('connect', () => {
          if (!isAllowedAddress(socket.remoteAddress ?? '')) socket.destroy(refusal(url));
        });
      });
      request.once('response', (response) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
      });
      request.once('error', reject);
      request.end(body);
    });
}

/** Resolves a name only if all of its addresses are allowed. */
const guardedLookup =
  (url: URL, isAllowed: (address: string) => boolean): LookupFunction =>
  (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || first === undefined) return callback(error ?? refusal(url), '');
      if (!addresses.every(({ address }) => isAllowed(address))) return callback(refusal(url), '');
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

/** Does not name the address: that would show what the internal network looks like. */
const refusal = ({ hostname }: URL): KnownFailure =>
  new KnownFailure({
    kind: 'permanent',
    code: 'access_denied',
    reason: 'privateAddress',
    message: `${hostname} leads to an address that is not of the public internet, expected one that is.`,
  });
