import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { createHttpsGet, type HttpsGet } from '../../shared/pipelines/steps/http/https-get';
import { makeCertificate } from './certificate';

export interface AskedFor {
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export type Answer =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string | Buffer }
  /** The connection breaks after this much of the answer. */
  | { readonly breaksAfter: string }
  /** No answer comes. */
  | 'hang';

export interface HttpsApi {
  /** Like localhost:1234. */
  readonly host: string;
  readonly ca: string;
  /** A GET that trusts this server, and may connect to this machine only. */
  readonly get: HttpsGet;
  readonly asked: readonly AskedFor[];
  /** Connections that were made, whether or not anything was asked over them, since the answers last changed. */
  readonly connections: () => number;
  /** From now on; `index` counts the requests since then. */
  readonly answerBy: (answer: (request: AskedFor, index: number) => Answer) => void;
  readonly close: () => Promise<void>;
}

/** An API on this machine, by https with a certificate of its own, made for these names. */
export async function startHttpsApi(...names: string[]): Promise<HttpsApi> {
  const { key, cert } = makeCertificate(...(names.length > 0 ? names : ['localhost']));
  const asked: AskedFor[] = [];
  let answer: (request: AskedFor, index: number) => Answer = () => ({ status: 404 });
  const server = createServer({ key, cert }, (request, response) => {
    const { url = '', headers } = request;
    asked.push({ url, headers });
    send(answer({ url, headers }, asked.length - 1), request, response);
  });
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    host: `localhost:${port}`,
    ca: cert,
    get: createHttpsGet({ ca: cert, isAllowedAddress: (ip) => ip === '127.0.0.1' || ip === '::1' }),
    asked,
    connections: () => connections,
    answerBy(next) {
      asked.length = 0;
      connections = 0;
      answer = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(answer: Answer, request: IncomingMessage, response: ServerResponse): void {
  if (answer === 'hang') return;
  if ('breaksAfter' in answer) {
    response.writeHead(200, { 'Content-Length': 1_000_000 });
    response.write(answer.breaksAfter, () => request.socket.destroy());
    return;
  }
  response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
}
