import type { IncomingMessage } from 'node:http';

/** RFC 9110, section 7.6.1, and Expect, which Node's server has answered: they concern one connection only. */
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
 * The message's end-to-end headers as they were sent: spelling, order and repetitions kept, as a flat list of names
 * and values.
 */
export const endToEndHeaders = ({ rawHeaders, headers }: IncomingMessage): string[] => {
  const named = headers.connection ? connectionOptions(headers.connection) : undefined;
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const key = name.toLowerCase();
    if (!hopByHop.has(key) && !named?.has(key)) kept.push(name, rawHeaders[index + 1] ?? '');
  }
  return kept;
};

/** The headers that `Connection` names belong to the connection, too. */
const connectionOptions = (connection: string): ReadonlySet<string> =>
  new Set(connection.split(',').map((option) => option.trim().toLowerCase()));

/** The request's headers for the function, with who asked and how. */
export const forwardedHeaders = (request: IncomingMessage): string[] => {
  const kept = endToEndHeaders(request);
  const client = request.socket.remoteAddress ?? 'unknown';
  const earlier = request.headers['x-forwarded-for'];
  const headers: string[] = [];
  for (let index = 0; index < kept.length; index += 2) {
    const name = kept[index] ?? '';
    if (!/^x-forwarded-(for|proto)$/i.test(name)) headers.push(name, kept[index + 1] ?? '');
  }
  headers.push('X-Forwarded-For', earlier ? `${earlier}, ${client}` : client, 'X-Forwarded-Proto', 'http');
  // The body's framing is this connection's own; without a length it goes on in chunks, as it came.
  if (request.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
  return headers;
};
