import { type Server, ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { httpStatusOf, type ProblemCode, problemTitleOf } from '../errors';
import { securityHeaders } from './headers/security-headers';

/** What Node finds wrong with a request before any handler sees it. https://nodejs.org/api/http.html#event-clienterror */
const problems: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request took too long to come'],
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The headers are larger than 16 KB'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['payload_too_large', 'The extensions of a chunk are larger than 16 KB'],
};
const notHttp = ['invalid_request', 'The request is not valid HTTP'] as const;

const answered = new WeakSet<Server>();

/** Answers what Node would refuse by itself with bare headers, as all other refusals: a problem with its code. */
export function answerBrokenRequests(server: Server): void {
  if (answered.has(server)) return;
  answered.add(server);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) {
      socket.destroy(error);
      return;
    }
    const [code, detail] = problems[error.code ?? ''] ?? notHttp;
    socket.end(answerOf(code, detail));
  });
}

/** An answer that has begun cannot have another one in its middle. Node keeps it at the socket under this name. */
function isAnswering(socket: Duplex): boolean {
  const answer: unknown = Reflect.get(socket, '_httpMessage');
  return answer instanceof ServerResponse && answer.headersSent;
}

function answerOf(code: ProblemCode, detail: string): string {
  const status = httpStatusOf(code);
  const type = `urn:tenant-pipelines:problem:${code}`;
  const body = JSON.stringify({ type, title: problemTitleOf(code), status, detail, code });
  const headers = {
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    ...securityHeaders,
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
