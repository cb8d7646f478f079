import { type Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { ServiceError } from '../../../shared/errors';
import { problemReply, sendReply } from '../../../shared/http/reply';
import type { Log } from '../../../shared/log';

/** A server on this machine. */
export interface ForwardTarget {
  readonly host: string;
  readonly port: number;
}

/**
 * Passes a request on and its answer back, both as streams, with the URL exactly as it was sent. When the
 * client goes away, the request to the function ends too; a function that cannot be reached is answered as
 * 503.
 */
export const forward = (
  agent: Agent,
  target: ForwardTarget,
  request: IncomingMessage,
  response: ServerResponse,
  log: Log,
): void => {
  const upstream = httpRequest({
    agent,
    host: target.host,
    port: target.port,
    method: request.method,
    path: request.url,
    headers: forwardedHeaders(request),
    setHost: false,
  });

  upstream.on('response', (answer) => {
    response.sendDate = false;
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEndHeaders(answer));
    // An event stream's headers must arrive before its first event.
    if (answer.headers['content-length'] === undefined) response.flushHeaders();
    // Half an answer must not look like a whole one.
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  });

  upstream.on('error', (error) => {
    // Once the answer has begun, an error concerns only the rest of the request.
    if (response.destroyed || response.headersSent) return;
    log('ERROR', `${request.method} ${request.url}: ${error.message}`);
    request.resume();
    const path = request.url?.split('?', 1)[0] ?? '/';
    void sendReply(response, problemReply(unreachable(), path, log), log);
  });

  // A function may answer without reading the whole request: nobody waits for the rest.
  upstream.on('close', () => {
    request.unpipe(upstream);
    request.resume();
  });

  response.on('close', () => {
    if (!response.writableFinished) upstream.destroy();
  });

  if (hasBody(request)) {
    // A function may refuse a request by its headers, before any of its body has come.
    upstream.flushHeaders();
    request.pipe(upstream);
  } else upstream.end();
};

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const unreachable = () =>
  new ServiceError(
    'unavailable',
    'The function that answers this path cannot be reached at the moment. Try again shortly.',
    { headers: { 'Retry-After': '1' } },
  );

/**
 * Headers of one connection only: those of RFC 9110, section 7.6.1, and Expect, which Node's server has
 * answered.
 */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The message's end-to-end headers as they were sent, in spelling, order and number: names and values in
 * turn.
 */
const endToEndHeaders = ({ rawHeaders, headers }: IncomingMessage): string[] => {
  const named = headers.connection ? connectionOptions(headers.connection) : undefined;
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const key = name.toLowerCase();
    if (!hopByHop.has(key) && !named?.has(key)) kept.push(name, rawHeaders[index + 1] ?? '');
  }
  return kept;
};

/** The headers that `Connection` names belong to the connection too. */
const connectionOptions = (connection: string): ReadonlySet<string> =>
  new Set(connection.split(',').map((option) => option.trim().toLowerCase()));

/** The request's headers for the function, with the client's address and protocol. */
const forwardedHeaders = (request: IncomingMessage): string[] => {
  const kept = endToEndHeaders(request);
  const client = request.socket.remoteAddress ?? 'unknown';
  const earlier = request.headers['x-forwarded-for'];
  const headers: string[] = [];
  for (let index = 0; index < kept.length; index += 2) {
    const name = kept[index] ?? '';
    if (!/^x-forwarded-(for|proto)$/i.test(name)) headers.push(name, kept[index + 1] ?? '');
  }
  headers.push('X-Forwarded-For', earlier ? `${earlier}, ${client}` : client, 'X-Forwarded-Proto', 'http');
  // How the body is framed is the connection's own matter; one without a length goes on in chunks, as it
  // came.
  if (request.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
  return headers;
};
